package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.loss.LossTerms;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * The share of all outputs that are on the side of their target, 0 or 1, each by itself; one that
 * is not a number is on neither.
 *
 * @param threshold what an output must exceed to be taken for yes: 0 of logits
 */
record BinaryAccuracy(double threshold) implements Metric.PerElement {
    @Override
    public String name() {
        return "binary_accuracy";
    }

    private Counts counts() {
        return new Counts(name(), List.of(), threshold, true);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        counts().requireSides(prediction, target);
        return LossTerms.of(counts().right(prediction, target));
    }

    @Override
    public void requireTargets(Loss.TargetKind kind, TensorType prediction) {
        counts().requireKind(kind, prediction, "accuracy()");
    }
}
