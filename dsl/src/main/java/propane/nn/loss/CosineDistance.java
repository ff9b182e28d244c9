package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.spi.op.RmsNormalization;
import propane.tensor.Tensor;

import java.util.List;

/** One minus the cosine of the angle between prediction and target over the last axis. */
record CosineDistance() implements Loss.PerElement {
    private static final float SMALLEST = 1e-8f;

    /** Returns the cosine of the angle between vectors over the last axis, [batch, …]. */
    private static Tensor similarity(Tensor x, Tensor y) {
        return direction(x).mul(direction(y)).mean(-1);
    }

    /**
     * Returns a vector over the root of its mean square. Those of length 0 have no direction, and a
     * similarity of 0 with all others.
     */
    private static Tensor direction(Tensor x) {
        float epsilon = SMALLEST * SMALLEST / Math.max(1, x.dim(-1));
        return Tensor.of(new RmsNormalization.RmsNorm(x, List.of(-1), List.of(), epsilon));
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("cosineDistance", prediction, target);
        return LossTerms.of(similarity(prediction, target).neg().add(1));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
