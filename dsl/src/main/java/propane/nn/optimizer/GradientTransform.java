package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.rule.Names;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * A part of an optimizer: turns a gradient, or what the parts before it made of one, into another
 * tensor of the weight's type. What it keeps of a weight between steps are slots of its own. {@link
 * Optimizers#chain} makes an optimizer of several; all built-in optimizers are such chains. The
 * names are optax's; in formulas u is the update, w the weight, t the number of the update.
 *
 * {@snippet :
 * // A part of one's own: what is far above the mean size of an update counts as that.
 * GradientTransform tame =
 *         (slots, update, weight) -> {
 *             Tensor most = update.abs().mean().mul(3);
 *             return update.minimum(most).maximum(most.neg());
 *         };
 * Optimizer own =
 *         chain(
 *                 tame,
 *                 scaleByAdam(0.9, 0.99, 1e-8),
 *                 addDecayedWeights(0.01).masked(matrices()),
 *                 scaleByTrustRatio(1),
 *                 scaleByLearningRate(cosineDecay(0.1, 50)));
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var training = training(model(input(1), dense(1))).loss(meanSquaredError());
 * try (var trainer = training.optimizer(own).batch(4).seed(1).compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 */
@FunctionalInterface
public interface GradientTransform {
    /**
     * Returns what becomes of an update.
     *
     * @param slots what this part keeps of the weight, and the numbers of the step
     * @param update the gradient, or what the part before returned; of the weight's type
     * @param weight the weight
     */
    Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight);

    /** Returns what errors call it. */
    default String kind() {
        return Names.kind(getClass(), "transform");
    }

    /** Returns a part that does this to some weights and leaves the updates of others as is. */
    default GradientTransform masked(WeightFilter which) {
        Preconditions.given("masked: weights", which);
        return new Masked(this, which);
    }
}
