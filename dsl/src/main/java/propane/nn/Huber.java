package propane.nn;

import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * A loss that is square near 0 and straight beyond (Huber, 1964): ½e² where |e| = |prediction −
 * target| is at most δ, δ·(|e| − ½δ) elsewhere; the mean over all elements.
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
 * @param delta δ, where the straight part begins
 * @param isScaled whether the loss is divided by δ, so that the straight part has the slope 1
 *     (smooth L1)
 */
public record Huber(double delta, boolean isScaled) implements Loss.Elementwise {
    /** Checks δ. */
    public Huber {
        Preconditions.positive(
                (isScaled ? "smoothL1" : "huber") + ": where the straight part begins", delta);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame(isScaled ? "smoothL1" : "huber", prediction, target);
        Tensor error = prediction.sub(target).abs();
        Tensor near = error.minimum(delta);
        Tensor loss = near.square().mul(0.5).add(error.sub(near).mul(delta));
        return LossTerms.of(isScaled ? loss.mul(1 / delta) : loss);
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
