package propane.nn;

import propane.tensor.Tensor;

/**
 * The divergence of predicted probabilities from target ones (Kullback and Leibler, 1951), Σ t·(ln
 * t − ln p), for ln p [batch, …] and t of the same shape; the sum over each example.
 *
 * @param isOfLogits whether predictions are logits over the last axis, else they are ln p
 */
public record KlDivergence(boolean isOfLogits) implements Loss.ByExample {
    private static final double SMALLEST = 1e-37;

    /** Returns this loss for predictions that are logits. */
    public KlDivergence ofLogits() {
        return new KlDivergence(true);
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        Tensor logs = isOfLogits ? prediction.logSoftmax(-1) : prediction;
        // t·ln t is 0 where t is.
        Tensor own = target.maximum(SMALLEST).log();
        return ByElement.sum(target.mul(own.sub(logs)));
    }
}
