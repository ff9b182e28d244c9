package propane.nn;

import propane.tensor.Tensor;

/** One minus the cosine of the angle between prediction and target over the last axis. */
public record CosineDistance() implements Loss.ByExample {
    private static final double SMALLEST = 1e-8;

    /** Returns the cosine of the angle between vectors over the last axis, [batch, …]. */
    public static Tensor similarity(Tensor x, Tensor y) {
        Tensor lengths = length(x).mul(length(y));
        return x.mul(y).sum(-1).div(lengths);
    }

    /** Vectors of length 0 have no direction, and a similarity of 0 with all others. */
    private static Tensor length(Tensor x) {
        return x.square().sum(-1).maximum(SMALLEST * SMALLEST).sqrt();
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return ByElement.mean(similarity(prediction, target).neg().add(1));
    }
}
