package propane.nn.layer;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/** What attention sees, [..., queries, keys] or what broadcasts to it, as truth values. */
final class AttentionMask {
    private AttentionMask() {}

    /** Returns a mask of truth values, or of numbers that are not 0 where something is seen. */
    static Tensor truth(Tensor mask) {
        return mask.dtype() == DType.BOOL ? mask : mask.notEqual(0);
    }

    /** Returns which queries see something, [..., queries, 1]. */
    static Tensor seeingQueries(Tensor seen) {
        return seen.cast(DType.FLOAT32).sum(-1, true).greater(0);
    }

    /** Returns rows where they are shown, and zeros elsewhere. */
    static Tensor shown(Tensor isShown, Tensor rows) {
        return isShown.where(rows, Tensor.full(rows.type().with(Shape.shape()), 0));
    }

    /** Returns which rows hold nothing infinite and nothing that is not a number, [..., 1]. */
    static Tensor finite(Tensor rows) {
        return rows.sub(rows).sum(-1, true).equal(0);
    }
}
