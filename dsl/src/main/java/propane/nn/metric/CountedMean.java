package propane.nn.metric;

import propane.nn.loss.LossTerms;
import propane.tensor.Tensor;

import java.util.List;

/** What a metric that is a mean measures of a batch. */
final class CountedMean {
    private CountedMean() {}

    /** Returns the mean, or the sum and the weight of what counts as shares of a batch, [2]. */
    static Tensor of(LossTerms terms) {
        return terms.weights().isEmpty()
                ? terms.losses().mean()
                : Tensor.stack(
                        0, List.of(terms.losses().mean(), terms.weights().getFirst().mean()));
    }
}
