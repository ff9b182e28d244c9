package propane.nn;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * The classes that examples are taken for and those they are of. Of int32 labels and an output for
 * each class, the class of the largest output is the one; of targets of 0 or 1 for each output,
 * each output is a class of its own that is there or is not.
 *
 * @param taken ones where something is taken for a class, float32 [n, classes]
 * @param actual ones where something is of a class, float32 [n, classes]
 * @param batch the number of examples; where each has several labels, n is larger
 */
record Chosen(Tensor taken, Tensor actual, int batch) {
    /**
     * Returns the classes of a batch.
     *
     * @throws ShapeException if targets are neither labels nor of the shape of outputs
     */
    static Chosen of(String metric, Tensor prediction, Tensor target, double threshold) {
        int batch = prediction.dim(0);
        if (target.dtype() == DType.INT32) {
            int classes = prediction.dim(-1);
            Tensor taken = prediction.argmax(-1).oneHot(classes);
            return new Chosen(rows(taken), rows(target.oneHot(classes)), batch);
        }
        if (!target.shape().equals(prediction.shape())) {
            throw new ShapeException(
                    metric
                            + ": targets must be int32 labels, or 0 or 1 for each output; the"
                            + " outputs are "
                            + prediction
                            + ", the targets "
                            + target);
        }
        Tensor taken = Sides.of(prediction, threshold).above();
        return new Chosen(rows(taken), rows(Sides.ofTargets(target)), batch);
    }

    private static Tensor rows(Tensor classes) {
        return classes.rank() == 1 ? classes.reshape(-1, 1) : classes.reshape(-1, classes.dim(-1));
    }

    int classes() {
        return taken.dim(-1);
    }

    /** Returns these with a class beside the only one: not to be of it. */
    Chosen orNot() {
        return new Chosen(orNot(taken), orNot(actual), batch);
    }

    private static Tensor orNot(Tensor one) {
        return Tensor.concat(1, java.util.List.of(one.mul(-1).add(1), one));
    }

    /** Returns how many there are of each class for each example of the batch, [classes]. */
    Tensor mean(Tensor ones) {
        return ones.sum(0).mul(1.0 / batch);
    }

    /** Returns how many of a class, a row, are taken for a class, a column, for each example. */
    Tensor table() {
        return actual.transpose(1, 0).matmul(taken.mul(1.0 / batch));
    }

    static NDArray ints(double[] values, int... dims) {
        return NDArray.of(values, new TensorType(DType.INT32, Shape.shape(dims)));
    }
}
