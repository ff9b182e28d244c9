package propane.nn;

import propane.tensor.DType;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * On which side of a threshold outputs lie.
 *
 * @param above ones where an output is above it, zeros elsewhere
 */
record Sides(Tensor above) {
    static Sides of(Tensor prediction, double threshold) {
        return new Sides(prediction.greater(threshold).cast(DType.FLOAT32));
    }

    /** Returns ones where targets, 0 or 1, are 1. */
    static Tensor ofTargets(Tensor target) {
        return target.greater(0.5).cast(DType.FLOAT32);
    }

    /** Returns ones where outputs are on their target's side. */
    Tensor right(Tensor target) {
        if (!target.shape().equals(above.shape())) {
            throw new ShapeException(
                    "metric: targets of 0 or 1 must have the shape of the outputs "
                            + above.shape()
                            + ", got "
                            + target
                            + "\n    to mend it: reshape the targets, or the model's last layer");
        }
        return above.sub(ofTargets(target)).abs().mul(-1).add(1);
    }
}
