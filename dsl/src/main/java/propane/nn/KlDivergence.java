package propane.nn;

import propane.tensor.Tensor;

/**
 * The divergence of predicted probabilities from target ones (Kullback and Leibler, 1951), Σ t·(ln
 * t − ln p), for ln p [batch, …] and t of the same shape; the sum over each example.
 *
 * {@snippet :
 * var x = new float[][] {{0}, {1}, {2}, {3}};
 * var shares = Dataset.of(x, new float[][] {{0.9f, 0.1f}, {0.7f, 0.3f}, {0.3f, 0.7f}, {0, 1}});
 * var model = model(input(1), sequential(dense(2), logSoftmax()));
 * var training = training(model).loss(klDivergence()).optimizer(adam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(shares, epochs(50));
 *     System.out.println(trainer.evaluate(shares));
 * }
 * }
 *
 * @param isFromLogits whether predictions are logits over the last axis, else they are ln p
 */
public record KlDivergence(boolean isFromLogits) implements Loss.PerExample {
    /** Returns this loss for predictions that are logits. */
    public KlDivergence fromLogits() {
        return new KlDivergence(true);
    }

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
