package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.loss.LossTerms;
import propane.nn.rule.ClassLabels;
import propane.spi.Preconditions;
import propane.spi.op.SoftmaxLoss;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * The share of labels whose output is among the largest, of equal outputs the first ones; a label
 * with an output that is not a number is never among them. Targets are int32 labels [batch, …], or
 * shares of the classes, of which the largest is the label. Of a single output, a logit, it is the
 * share of those on the side of their target, 0 or 1.
 *
 * @param places how many outputs count as the largest; 1 is accuracy
 * @param threshold what a single output must exceed to be taken for yes: 0 of logits
 * @param ignoredIndices labels that do not count
 */
record Accuracy(int places, double threshold, List<Integer> ignoredIndices)
        implements Metric.PerElement {
    Accuracy {
        Preconditions.atLeast(1, "topKAccuracy: k", places);
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    @Override
    public Accuracy ignoreIndex(int label) {
        return new Accuracy(places, threshold, ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public String name() {
        return places == 1 ? "accuracy" : "top_" + places + "_accuracy";
    }

    private Counts counts() {
        return new Counts(name(), ignoredIndices, threshold, false);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        var counts = counts();
        if (counts.form(prediction, target) == Counts.Form.SIDES) {
            return counted(counts, counts.right(prediction, target), target);
        }
        int classes = prediction.dim(-1);
        if (places > classes) {
            throw new ShapeException(
                    Problem.of(name(), "there are " + classes + " classes only")
                            .operand("outputs", prediction)
                            .fix("ask for topKAccuracy(k) with a k up to " + classes));
        }
        Tensor labels = counts.labels(prediction, target);
        return counted(counts, hits(prediction, labels), target);
    }

    private static LossTerms counted(Counts counts, Tensor hits, Tensor target) {
        var weights = counts.weights(target, hits.shape(), List.of());
        return new LossTerms(weights.isEmpty() ? hits : hits.mul(weights.getFirst()), weights, 1);
    }

    /** Returns ones where a label's output is among the largest. */
    private Tensor hits(Tensor prediction, Tensor labels) {
        int classes = prediction.dim(-1);
        Tensor own = SoftmaxLoss.picked(prediction, labels).expandDims(-1);
        // As fractions, which the Neural Engine compares.
        Tensor label = labels.cast(DType.FLOAT32);
        Tensor numbers = Tensor.arange(classes).cast(DType.FLOAT32);
        // After the label's own output are smaller ones, and equal ones of later classes.
        Tensor later = numbers.greaterEqual(label.expandDims(-1));
        Tensor below = own.greater(prediction).or(own.equal(prediction).and(later));
        Tensor among = below.cast(DType.FLOAT32).sum(-1).greater(classes - places + 0.5);
        Tensor isClass = label.greaterEqual(0).and(label.less(classes));
        return among.and(isClass).cast(DType.FLOAT32);
    }

    @Override
    public void requireTargets(Loss.TargetKind kind, TensorType prediction) {
        counts().requireKind(kind, prediction, "binaryAccuracy()");
    }
}
