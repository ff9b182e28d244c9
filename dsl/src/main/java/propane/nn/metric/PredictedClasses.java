package propane.nn.metric;

import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * The classes that rows are taken for and those they are of, as {@link Counts} reads them. Where
 * each output is by itself it is a class of its own that is there or is not.
 *
 * @param taken what is taken for a class, ones or the rows' weights, float32 [n, classes]
 * @param actual what is of a class, ones, float32 [n, classes]
 * @param weighted what is of a class, ones or the rows' weights, float32 [n, classes]
 * @param batch the number of examples; where each has several labels, n is larger
 */
record PredictedClasses(Tensor taken, Tensor actual, Tensor weighted, int batch) {
    /**
     * Returns the classes of a batch.
     *
     * @param examples how much examples or rows count, float [batch, …], where some count more
     * @throws propane.tensor.ShapeException if outputs and targets do not go together
     */
    static PredictedClasses of(
            Counts counts, Tensor prediction, Tensor target, List<Tensor> examples) {
        boolean isOfSides = counts.form(prediction, target) == Counts.Form.SIDES;
        if (isOfSides) {
            Tensor actual = counts.isYes(prediction, target).cast(DType.FLOAT32);
            var weights = counts.weights(target, prediction.shape(), examples);
            return of(counts.yes(prediction), actual, weights, prediction.dim(0));
        }
        Tensor labels = counts.labels(prediction, target);
        Tensor actual = labels.oneHot(prediction.dim(-1));
        var weights =
                counts.weights(target, labels.shape(), examples).stream()
                        .map(each -> each.expandDims(-1))
                        .toList();
        return of(Counts.taken(prediction), actual, weights, prediction.dim(0));
    }

    /**
     * Returns yes and no of single outputs as two classes: no, and yes.
     *
     * @param examples how much examples or rows count, float [batch, …], where some count more
     */
    static PredictedClasses ofSides(
            Counts counts, Tensor prediction, Tensor target, List<Tensor> examples) {
        Tensor yes = column(counts.isYes(prediction, target).cast(DType.FLOAT32));
        Tensor taken =
                Tensor.concat(
                        1, List.of(column(counts.no(prediction)), column(counts.yes(prediction))));
        Tensor actual = Tensor.concat(1, List.of(yes.neg().add(1), yes));
        var weights =
                counts.weights(target, prediction.shape(), examples).stream()
                        .map(each -> each.reshape(-1, 1))
                        .toList();
        return of(taken, actual, weights, prediction.dim(0));
    }

    private static Tensor column(Tensor x) {
        return x.reshape(-1, 1);
    }

    private static PredictedClasses of(
            Tensor taken, Tensor actual, List<Tensor> weights, int batch) {
        Tensor of = weights.isEmpty() ? taken : taken.mul(weights.getFirst());
        Tensor in = weights.isEmpty() ? actual : actual.mul(weights.getFirst());
        return new PredictedClasses(rows(of), rows(actual), rows(in), batch);
    }

    private static Tensor rows(Tensor classes) {
        return classes.rank() == 1 ? classes.reshape(-1, 1) : classes.reshape(-1, classes.dim(-1));
    }

    /** Returns how much is taken for a class rightly, is taken for it, is of it; [3, classes]. */
    Tensor scores() {
        return Tensor.stack(0, List.of(mean(taken.mul(actual)), mean(taken), mean(weighted)));
    }

    /** Returns how much there is of each class for each example of the batch, [classes]. */
    private Tensor mean(Tensor rows) {
        return rows.sum(0).mul(1.0 / batch);
    }

    /** Returns how much of a class, a row, is taken for a class, a column, for each example. */
    Tensor table() {
        return actual.transpose(1, 0).matmul(taken.mul(1.0 / batch));
    }
}
