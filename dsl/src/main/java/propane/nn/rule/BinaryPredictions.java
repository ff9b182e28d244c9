package propane.nn.rule;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/** Targets that say yes or no of each output for itself. */
public final class BinaryPredictions {
    private BinaryPredictions() {}

    /** Returns whether there is one output for each row. */
    public static boolean isOne(Tensor prediction) {
        return prediction.rank() < 2 || prediction.dim(-1) == 1;
    }

    /**
     * Returns whether whole numbers are a target for each output: of the outputs' shape, or without
     * a last axis that has the length 1.
     */
    public static boolean areWhole(Tensor prediction, Tensor target) {
        return target.dtype() == DType.INT32
                && (target.shape().equals(prediction.shape())
                        || prediction.rank() > 1
                                && isOne(prediction)
                                && target.shape().equals(rows(prediction)));
    }

    private static Shape rows(Tensor prediction) {
        return ClassLabels.target(prediction.type()).shape();
    }

    /**
     * Returns targets as numbers of the outputs' type and shape.
     *
     * @throws propane.tensor.ShapeException if there is not one for each output
     */
    public static Tensor of(String what, Tensor prediction, Tensor target) {
        if (!areWhole(prediction, target)) {
            ElementMeans.requireSame(what, prediction, target);
            return target;
        }
        Tensor numbers = target.cast(prediction.dtype());
        return numbers.shape().equals(prediction.shape()) ? numbers : numbers.expandDims(-1);
    }
}
