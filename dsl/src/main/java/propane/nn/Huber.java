package propane.nn;

import propane.tensor.PropaneException;
import propane.tensor.Tensor;

/**
 * A loss that is square near 0 and straight beyond (Huber, 1964): ½e² where |e| = |prediction −
 * target| is at most δ, δ·(|e| − ½δ) elsewhere; the mean over each example.
 *
 * @param delta δ, where the straight part begins
 * @param isScaled whether the loss is divided by δ, so that the straight part has the slope 1
 *     (smooth L1)
 */
public record Huber(double delta, boolean isScaled) implements Loss.ByExample {
    /** Checks δ. */
    public Huber {
        if (!(delta > 0)) {
            throw new PropaneException("huber: the straight part begins above 0, got " + delta);
        }
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        Tensor error = prediction.sub(target).abs();
        Tensor near = error.minimum(delta);
        Tensor loss = near.square().mul(0.5).add(error.sub(near).mul(delta));
        return ByElement.mean(isScaled ? loss.mul(1 / delta) : loss);
    }
}
