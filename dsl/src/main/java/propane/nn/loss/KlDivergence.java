package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.tensor.Tensor;

/**
 * The divergence of predicted probabilities from target ones.
 *
 * @param isFromLogits whether predictions are logits over the last axis, else they are ln p
 */
record KlDivergence(boolean isFromLogits) implements Loss.PerExample {
    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("klDivergence", prediction, target);
        Tensor logs = isFromLogits ? prediction.logSoftmax(-1) : prediction;
        // What has no share costs nothing, however improbable it is taken for.
        Tensor there = target.greater(0);
        Tensor share = there.where(target, Tensor.constant(1).cast(target.dtype()));
        Tensor lost = share.mul(share.log().sub(logs));
        return ElementMeans.sum(there.where(lost, Tensor.zeros(lost.type())));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.CLASSES;
    }
}
