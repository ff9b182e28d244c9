package propane.nn;

import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * How many examples of each class, a row, are taken for which one, a column: int32 [classes,
 * classes]. Of a single output the classes are no and yes. In float16 numbers above 2,048 of one
 * batch are rounded.
 *
 * @param threshold what a single output must exceed: 0 of logits
 */
public record ConfusionMatrix(double threshold) implements Metric.Table {
    /** Returns this table for outputs that mean yes above a number: 0.5 of probabilities. */
    public ConfusionMatrix above(double least) {
        return new ConfusionMatrix(least);
    }

    @Override
    public String name() {
        return "confusion_matrix";
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        var chosen = Chosen.of(name(), prediction, target, threshold);
        if (chosen.classes() > 1 && target.dtype().isFloat()) {
            throw new ShapeException(
                    "confusion_matrix: where several classes may be true at once, there is no"
                            + " table of one against another: "
                            + target
                            + "\n    to mend it: give int32 labels, or ask for"
                            + " precision().byClass()");
        }
        return chosen.classes() == 1 ? chosen.orNot().table() : chosen.table();
    }

    @Override
    public NDArray table(double[] sums, double examples) {
        double[] counts = new double[sums.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.rint(sums[i]);
        }
        int classes = (int) Math.round(Math.sqrt(counts.length));
        return Chosen.ints(counts, classes, classes);
    }
}
