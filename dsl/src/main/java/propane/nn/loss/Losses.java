package propane.nn.loss;

import java.util.List;

/** The built-in losses. */
public final class Losses {
    private Losses() {}

    /** Returns the cross-entropy of a softmax of the outputs and int32 labels. */
    public static SoftmaxCrossEntropy softmaxCrossEntropy() {
        return new SoftmaxCrossEntropy(0, List.of(), List.of(), false);
    }

    /**
     * Returns the cross-entropy of a sigmoid of the outputs and targets from 0 to 1.
     *
     * <p>The cross-entropy of a sigmoid, −t ln σ(z) − (1 − t) ln(1 − σ(z)), for logits z and
     * targets t from 0 to 1 of one shape; the mean over all elements. Targets may be whole numbers,
     * 0 or 1, and those of a single output [batch] as well as [batch, 1].
     *
     * {@snippet :
     * var x = new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
     * var either = Dataset.of(x, new float[][] {{0}, {1}, {1}, {1}});
     * var model = model(input(2), dense(1));
     * var training = training(model).loss(binaryCrossEntropy())
     *         .optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(either, epochs(50));
     *     System.out.println(trainer.evaluate(either));
     * }
     * }
     */
    public static Loss.Elementwise binaryCrossEntropy() {
        return new BinaryCrossEntropy();
    }

    /**
     * Returns the mean squared difference of outputs and targets.
     *
     * <p>The mean of (prediction − target)² over all elements.
     *
     * {@snippet :
     * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
     * var model = model(input(1), dense(1));
     * var training = training(model).loss(meanSquaredError())
     *         .optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(line, epochs(50));
     *     System.out.println(trainer.evaluate(line));
     * }
     * }
     */
    public static Loss.Elementwise meanSquaredError() {
        return new MeanSquaredError();
    }

    /**
     * Returns the mean absolute difference of outputs and targets.
     *
     * <p>The mean of |prediction − target| over all elements.
     *
     * {@snippet :
     * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
     * var model = model(input(1), dense(1));
     * var training = training(model).loss(meanAbsoluteError())
     *         .optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(line, epochs(50));
     *     System.out.println(trainer.evaluate(line));
     * }
     * }
     */
    public static Loss.Elementwise meanAbsoluteError() {
        return new MeanAbsoluteError();
    }

    /**
     * Returns a loss that is square up to a difference δ and straight beyond; 1 is usual.
     *
     * <p>A loss that is square near 0 and straight beyond (Huber, 1964): ½e² where |e| =
     * |prediction − target| is at most δ, δ·(|e| − ½δ) elsewhere; the mean over all elements.
     *
     * {@snippet :
     * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
     * for (Loss each : List.of(huber(1), smoothL1(0.5))) {
     *     var training = training(model(input(1), dense(1))).loss(each).optimizer(adam(0.1));
     *     try (var trainer = training.batch(4).seed(1).compile()) {
     *         trainer.fit(line, epochs(50));
     *         System.out.println(each + ": " + trainer.evaluate(line));
     *     }
     * }
     * }
     *
     * @param delta δ, where the straight part begins, above 0
     */
    public static Loss.Elementwise huber(double delta) {
        return new Huber(delta, false);
    }

    /**
     * Returns {@link #huber} divided by β, so that its straight part has the slope 1.
     *
     * @param beta β, where the straight part begins, above 0
     */
    public static Loss.Elementwise smoothL1(double beta) {
        return new Huber(beta, true);
    }

    /**
     * Returns the divergence of outputs ln p from probabilities.
     *
     * <p>The divergence of predicted probabilities from target ones (Kullback and Leibler, 1951), Σ
     * t·(ln t − ln p), for ln p [batch, …] and t of the same shape; the sum over each example.
     *
     * {@snippet :
     * var x = new float[][] {{0}, {1}, {2}, {3}};
     * var shares = Dataset.of(x, new float[][] {{0.9f, 0.1f}, {0.7f, 0.3f}, {0.3f, 0.7f}, {0, 1}});
     * var model = model(input(1), sequential(dense(2), logSoftmax()));
     * var training = training(model).loss(klDivergence()).optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(shares, epochs(50));
     *     System.out.println(trainer.evaluate(shares));
     * }
     * }
     */
    public static Loss.PerExample klDivergence() {
        return klDivergence(false);
    }

    /**
     * Returns {@link #klDivergence()} of logits, or of outputs ln p.
     *
     * @param fromLogits whether outputs are logits over the last axis, else they are ln p
     */
    public static Loss.PerExample klDivergence(boolean fromLogits) {
        return new KlDivergence(fromLogits);
    }

    /** Returns the negative logarithm of labels' probabilities, for outputs ln p. */
    public static NegativeLogLikelihood negativeLogLikelihood() {
        return new NegativeLogLikelihood(List.of(), List.of());
    }

    /**
     * Returns one minus the cosine of the angle between outputs and targets.
     *
     * <p>One minus the cosine of the angle between prediction and target over the last axis.
     *
     * {@snippet :
     * var x = new float[][] {{1, 0}, {0, 1}, {1, 1}};
     * var turned = Dataset.of(x, new float[][] {{0, 1}, {-1, 0}, {-1, 1}});
     * var model = model(input(2), dense(2));
     * var training = training(model).loss(cosineDistance())
     *         .optimizer(adam(0.1)).batch(3).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(turned, epochs(50));
     *     System.out.println(trainer.evaluate(turned));
     * }
     * }
     */
    public static Loss.PerElement cosineDistance() {
        return new CosineDistance();
    }

    /**
     * Returns max(0, 1 − target · output) for targets −1 and 1.
     *
     * <p>The hinge loss of support vector machines, max(0, 1 − target · prediction) for targets −1
     * and 1, of which −1 may be written 0; the mean over all elements. Targets may be whole
     * numbers.
     *
     * {@snippet :
     * var x = new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
     * var either = Dataset.of(x, new float[][] {{-1}, {1}, {1}, {1}});
     * var model = model(input(2), dense(1));
     * var training = training(model).loss(hinge()).optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(either, epochs(50));
     *     System.out.println(trainer.evaluate(either));
     * }
     * }
     */
    public static Loss.Elementwise hinge() {
        return hinge(1);
    }

    /**
     * Returns max(0, margin − target · output) for targets −1 and 1; else as {@link #hinge()}.
     *
     * @param margin how far on its side an output is to be, 0 or more
     */
    public static Loss.Elementwise hinge(double margin) {
        return new Hinge(margin);
    }

    /**
     * Returns the loss of distances that are to be small where the target is 1, large at −1.
     *
     * <p>A loss of distances (Hadsell et al., 2006): the distance itself where the target is 1,
     * max(0, 1 − distance) where it is −1, which may be written 0; the mean over all elements.
     * Targets may be whole numbers.
     *
     * {@snippet :
     * var lengths = new float[][] {{1}, {2}, {3}, {4}}; // the short ones belong together
     * var alike = Dataset.of(lengths, new float[][] {{1}, {1}, {-1}, {-1}});
     * var model = model(input(1), sequential(dense(1), softplus()));
     * var training = training(model).loss(hingeEmbedding())
     *         .optimizer(adam(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(alike, epochs(50));
     *     System.out.println(trainer.evaluate(alike));
     * }
     * }
     */
    public static Loss.Elementwise hingeEmbedding() {
        return hingeEmbedding(1);
    }

    /**
     * Returns {@link #hingeEmbedding()} with another margin than 1.
     *
     * @param margin how far apart things with target −1 are to be, 0 or more
     */
    public static Loss.Elementwise hingeEmbedding(double margin) {
        return new HingeEmbedding(margin);
    }

    /** Returns the loss of an anchor, what is to be near it, and what is to be farther. */
    public static TripletMargin tripletMargin() {
        return tripletMargin(1);
    }

    /**
     * Returns {@link #tripletMargin()} with another margin than 1.
     *
     * @param margin how much nearer, 0 or more
     */
    public static TripletMargin tripletMargin(double margin) {
        return new TripletMargin(margin);
    }

    /** Returns softmax cross-entropy in which what is well predicted counts less; γ 2 is usual. */
    public static Focal focal(double gamma) {
        return new Focal(gamma, List.of());
    }

    /**
     * Returns the loss of sequences of labels that stand nowhere in particular in time, class 0
     * being a blank; targets are as long as outputs are in time.
     *
     * <p>The connectionist temporal classification of sequences (Graves et al., 2006): −ln of the
     * probability that logits [batch, time, classes] spell the int32 labels [batch, length] when
     * repetitions are dropped and then blanks, class 0. Labels are 1 or more; −1 or 0 fills the
     * rest of a shorter sequence. Labels that do not fit into the time, counting a blank between
     * two that are equal, give neither loss nor gradient.
     *
     * {@snippet :
     * var sounds = NDArray.of(new float[] {0, 1, 0, 2, 0, 2, 1, 0, 1, 0, 0, 2}, 3, 4, 1);
     * var words = NDArray.of(new int[] {1, 2, 2, 1, 1, 2}, 3, 2);
     * var model = model(input(4, 1), sequential(dense(8), relu(), dense(3)));
     * var training = training(model).loss(ctc(2)).optimizer(adam(1e-2)).batch(3).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(Dataset.of(sounds, words), epochs(50));
     *     System.out.println(trainer.evaluate(Dataset.of(sounds, words)));
     * }
     * }
     */
    public static Loss.PerExample ctc() {
        return ctc(0);
    }

    /**
     * Returns {@link #ctc()} of targets of a length of their own.
     *
     * @param longest how many labels the longest sequence has, fillings included; 0 if as many as
     *     there are steps of time
     */
    public static Loss.PerExample ctc(int longest) {
        return new Ctc(longest);
    }
}
