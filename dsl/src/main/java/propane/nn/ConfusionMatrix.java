package propane.nn;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * How many of each class, a row, are taken for which one, a column: int32 [classes, classes]. Of a
 * single output the classes are no and yes. Of targets that are shares the class is the one with
 * the largest. Where examples have weights, it is the sums of those, float32. In float16 numbers
 * above 2,048 of one batch are rounded.
 *
 * @param threshold what a single output must exceed: 0 of logits
 * @param ignoredIndices labels that do not count
 */
public record ConfusionMatrix(double threshold, List<Integer> ignoredIndices)
        implements Metric.Matrix {
    /** Copies the labels. */
    public ConfusionMatrix {
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /** Returns this table for single outputs that mean yes above a number: 0.5 of a share. */
    public ConfusionMatrix threshold(double least) {
        return new ConfusionMatrix(least, ignoredIndices);
    }

    /** Returns this table with one more label that does not count. */
    @Override
    public ConfusionMatrix ignoreIndex(int label) {
        return new ConfusionMatrix(threshold, ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public String name() {
        return "confusion_matrix";
    }

    private Counts counts() {
        return new Counts(name(), ignoredIndices, threshold, false);
    }

    private Tensor matrix(Tensor prediction, Tensor target, List<Tensor> weights) {
        var counts = counts();
        boolean isOfSides = counts.form(prediction, target) == Counts.Form.SIDES;
        return (isOfSides
                        ? PredictedClasses.ofSides(counts, prediction, target, weights)
                        : PredictedClasses.of(counts, prediction, target, weights))
                .table();
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        return matrix(prediction, target, List.of());
    }

    /** Returns the table and behind it a 0, which tells that it holds weights. */
    @Override
    public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        Tensor table = matrix(prediction, target, List.of(weights));
        Tensor end = Tensor.constant(NDArray.full(TensorType.float32(Shape.shape(1)), 0));
        return Tensor.concat(0, List.of(table.reshape(-1), end));
    }

    @Override
    public void requireTargets(Loss.TargetKind kind, TensorType prediction) {
        counts().requireKind(kind, prediction, "precision().multiLabel().perClass()");
    }

    @Override
    public NDArray matrix(double[] sums, double examples) {
        int classes = (int) Math.sqrt(sums.length);
        boolean isWeighted = sums.length > classes * classes;
        double[] counts = new double[classes * classes];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = isWeighted ? sums[i] : Math.rint(sums[i]);
        }
        DType dtype = isWeighted ? DType.FLOAT32 : DType.INT32;
        return NDArray.of(counts, new TensorType(dtype, Shape.shape(classes, classes)));
    }
}
