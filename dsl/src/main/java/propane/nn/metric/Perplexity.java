package propane.nn.metric;

import propane.nn.loss.LossSum;
import propane.nn.loss.LossTerms;
import propane.nn.loss.SoftmaxCrossEntropy;
import propane.nn.rule.ClassLabels;
import propane.tensor.Tensor;

import java.util.List;

/**
 * The perplexity of labels, e<sup>H</sup> with H the mean cross-entropy of the softmax over all of
 * them that count: of how many labels, equally probable, a guess would be as hard (Jelinek et al.,
 * 1977). It is infinite where e<sup>H</sup> is beyond all numbers, and 1 where nothing counts.
 *
 * @param ignoredIndices labels that do not count
 */
record Perplexity(List<Integer> ignoredIndices) implements Metric.Scalar {
    Perplexity {
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    @Override
    public Perplexity ignoreIndex(int label) {
        return new Perplexity(ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public String name() {
        return "perplexity";
    }

    @Override
    public boolean higherIsBetter() {
        return false;
    }

    private LossTerms terms(Tensor prediction, Tensor target) {
        boolean isOfShares = target.dtype().isFloat();
        return new SoftmaxCrossEntropy(0, List.of(), ignoredIndices, isOfShares)
                .terms(prediction, target);
    }

    private static Tensor measured(LossSum sum) {
        return Tensor.concat(0, List.of(sum.sum(), sum.weight()));
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        return measured(LossSum.of(terms(prediction, target)));
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        return measured(LossSum.of(terms(prediction, target).sampleWeight(weights)));
    }

    @Override
    public double value(double[] sums, double examples) {
        return sums[1] > 0 ? Math.exp(sums[0] / sums[1]) : 1;
    }
}
