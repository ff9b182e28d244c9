/**
 * Models as values. {@link propane.nn.layer Layers}, {@link propane.nn.loss losses}, {@link
 * propane.nn.metric metrics}, {@link propane.nn.optimizer optimizers} and {@link
 * propane.nn.schedule schedules} have packages of their own; all of them are made of the public
 * tensor operations of {@link propane.tensor.Tensor}, so that a user's own go through the same
 * door. {@code import module propane;} imports all of these packages.
 *
 * <h2>Models</h2>
 *
 * A {@link propane.nn.Model} is an input and a layer. It is immutable and holds no weights, only
 * how they start; {@link propane.nn.layer.Layers} makes the layers. Every layer has a path: its
 * kind and a number, or a name of its own; below it stand its weights.
 *
 * {@snippet :
 * var model =
 *         model(
 *                 image(8, 8, 1),
 *                 sequential(
 *                         named("eye", sequential(conv2d(8, 3), batchNorm(), relu(), maxPool2d(2))),
 *                         flatten(),
 *                         named("head", dense(10))));
 * System.out.println(model.summary());
 * for (Weight weight : model.parameters()) {
 *     System.out.println(weight.path() + " " + weight.shape());
 * }
 * }
 *
 * The first axis of every tensor counts the examples of a batch and is not named in an input;
 * images are [n, channels, height, width], sequences [n, length, width].
 *
 * <h2>Layers of one's own</h2>
 *
 * A {@link propane.nn.Layer} is a function from a {@link propane.nn.Scope} and a tensor to a
 * tensor. It declares weights and statistics where it uses them. Java's {@code if} and {@code for}
 * run while the model is built; what depends on values is {@code where}. A layer that is applied
 * twice under one name in a scope shares its weights, if both descriptions are equal: make it a
 * record.
 *
 * {@snippet :
 * record Gated(int units) implements Layer {
 *     public Tensor apply(Scope scope, Tensor x) {
 *         Tensor open = scope.apply("gate", dense(units), x).sigmoid();
 *         Tensor gain = scope.weight("gain", Shape.shape(units), Initializers.constant(1));
 *         return scope.apply("value", dense(units), x).mul(open).mul(gain);
 *     }
 * }
 * var model = model(input(4), sequential(new Gated(8), dense(2)));
 * System.out.println(model.parameters().getFirst().path()); // gated_1/gate/weight
 * }
 *
 * <h2>Several inputs and outputs</h2>
 *
 * A body is traced over named tensors. A layer with a second operand takes it as a value.
 *
 * {@snippet :
 * var translator =
 *         model(
 *                 List.of(tokens("source", 12), tokens("target", 10)),
 *                 (scope, in) -> {
 *                     Layer encoder = sequential(embedding(50, 16), encoderBlock(2));
 *                     Tensor memory = scope.apply("encoder", encoder, in.at("source"));
 *                     Tensor target = scope.apply("words", embedding(50, 16), in.at("target"));
 *                     Tensor read = scope.apply("decoder", decoderBlock(2).over(memory), target);
 *                     return tensors("logits", scope.apply("head", dense(50), read));
 *                 });
 * System.out.println(translator);
 * }
 *
 * <h2>Freezing</h2>
 *
 * Freezing belongs to the model. Within a frozen part weights and statistics stand still, norms and
 * dropout are as at inference, decay does not touch it, and no gradient is computed for it.
 *
 * {@snippet :
 * var model = model(input(8), sequential(named("trunk", dense(16)), relu(), dense(2)));
 * var tuned = model.freeze(under("trunk"));
 * System.out.println(tuned.trainable().size() + " of " + model.parameters().size());
 * }
 *
 * <h2>Optimizers</h2>
 *
 * {@link propane.nn.optimizer.Optimizers} has the usual ones, in PyTorch's definitions. Learning
 * rate, momentum and weight decay are numbers or follow a {@link propane.nn.schedule.Schedule}.
 * Each optimizer is a chain of parts, {@link propane.nn.optimizer.GradientTransform}s, and so may
 * be one of your own; a part of your own is a function of what it keeps of a weight, its slots, of
 * an update and of the weight.
 *
 * {@snippet :
 * GradientTransform signOfMean =
 *         (slots, update, weight) -> {
 *             Tensor mean = slots.slot("mean");
 *             slots.set(mean, mean.mul(0.9).add(update.mul(0.1)));
 *             return mean.add(update).sign();
 *         };
 * Optimizer own =
 *         chain(
 *                 signOfMean,
 *                 addDecayedWeights(0.05).masked(matrices()),
 *                 scaleByLearningRate(cosineDecay(1e-3, 500).warmup(50)));
 * Optimizer usual = adamW(1e-4).weightDecay(linear(0.1, 0.01, 500)).decayMask(matrices());
 * var training =
 *         training(model(input(8), sequential(dense(16), relu(), named("head", dense(3)))))
 *                 .loss(softmaxCrossEntropy().labelSmoothing(0.1))
 *                 .optimizer(paramGroups(own.paramGroup(under("head")), usual))
 *                 .batch(4);
 * try (var trainer = training.compile()) {
 *     trainer.step(Batch.of(NDArray.of(new float[4][8]), NDArray.of(new int[] {0, 1, 2, 0})));
 * }
 * }
 *
 * <h2>Rules of this package</h2>
 *
 * Everything is immutable and may be shared between threads. Nothing is null. What does not fit is
 * refused while the model is built, with the rule, the layer, the shapes and how to fix it.
 */
package propane.nn;
