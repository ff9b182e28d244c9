package propane.nn;

import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * The perplexity of labels, e<sup>H</sup> with H the mean cross-entropy of the softmax over all of
 * them: of how many labels, equally probable, a guess would be as hard (Jelinek et al., 1977).
 *
 * @param ignored labels that do not count
 */
public record Perplexity(List<Integer> ignored) implements Metric.Single {
    /** Returns this metric with a label that does not count: that of padding. */
    public Perplexity ignoring(int label) {
        return new Perplexity(List.of(label));
    }

    @Override
    public String name() {
        return "perplexity";
    }

    @Override
    public boolean largerIsBetter() {
        return false;
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        SoftmaxCrossEntropy loss = Losses.softmaxCrossEntropy();
        for (int label : ignored) {
            loss = loss.ignoring(label);
        }
        Tensor lost = loss.each(prediction, target).mean();
        Tensor counted = Tensor.constant(1);
        for (int label : ignored) {
            counted = target.notEqual(label).cast(DType.FLOAT32).mean();
        }
        return Tensor.stack(0, List.of(lost, counted));
    }

    @Override
    public double value(double[] sums, double examples) {
        return sums[1] == 0 ? 1 : Math.exp(sums[0] / sums[1]);
    }
}
