package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.rule.ClassLabels;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.text.Columns;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How many of each class, a row, are taken for which one, a column: int32 [classes, classes]. Of a
 * single output the classes are no and yes. Of targets that are shares the class is the one with
 * the largest. Where examples have weights, it is the sums of those, float32. In float16 numbers
 * above 2,048 of one batch are rounded.
 *
 * @param threshold what a single output must exceed: 0 of logits
 * @param ignoredIndices labels that do not count
 * @param classes what the classes are called in texts, in the order of their numbers; none where
 *     they go by their numbers
 */
public record ConfusionMatrix(double threshold, List<Integer> ignoredIndices, List<String> classes)
        implements Metric.Matrix {
    private static final String CORNER = "is / taken for";

    /** Copies the lists. */
    public ConfusionMatrix {
        ignoredIndices = List.copyOf(ignoredIndices);
        classes = List.copyOf(classes);
    }

    /** Returns this table with names of the classes, in the order of their numbers. */
    public ConfusionMatrix classes(String... names) {
        return new ConfusionMatrix(threshold, ignoredIndices, List.of(names));
    }

    /** Returns this table for single outputs that mean yes above a number: 0.5 of a share. */
    public ConfusionMatrix threshold(double least) {
        return new ConfusionMatrix(least, ignoredIndices, classes);
    }

    /** Returns this table with one more label that does not count. */
    @Override
    public ConfusionMatrix ignoreIndex(int label) {
        return new ConfusionMatrix(threshold, ClassLabels.with(ignoredIndices, label), classes);
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

    /** Returns the table and after it a 0, which tells that it holds weights. */
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

    /** Returns its name, the labels left out and the classes. */
    @Override
    public String toString() {
        return name()
                + (ignoredIndices.isEmpty() ? "" : " without " + ignoredIndices)
                + (classes.isEmpty() ? "" : " of " + classes);
    }

    /**
     * Returns the table with the names of the classes, or their numbers: a row is what examples
     * are, a column what they are taken for.
     *
     * @throws ShapeException if there are not as many names as classes
     */
    @Override
    public String text(NDArray table) {
        int count = table.shape().dim(0);
        if (!classes.isEmpty() && classes.size() != count) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "confusionMatrix: there are "
                                            + classes.size()
                                            + " names "
                                            + classes
                                            + " for "
                                            + count
                                            + " classes")
                            .operand("table", table)
                            .fix("name each class once"));
        }
        var names =
                classes.isEmpty()
                        ? IntStream.range(0, count).mapToObj(String::valueOf).toList()
                        : classes;
        int first =
                Math.max(CORNER.length(), names.stream().mapToInt(String::length).max().orElse(0));
        var text = new StringBuilder(Columns.right(CORNER, first));
        names.forEach(name -> text.append(' ').append(Columns.right(name, 8)));
        for (int row = 0; row < count; row++) {
            text.append('\n').append(Columns.right(names.get(row), first));
            for (int column = 0; column < count; column++) {
                int width = Math.max(8, names.get(column).length());
                String cell = cell(table, row * count + column);
                text.append(' ').append(Columns.right(cell, width));
            }
        }
        return text.toString();
    }

    private static String cell(NDArray table, int index) {
        double value = table.at(index);
        return table.dtype() == DType.INT32
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.3f", value);
    }
}
