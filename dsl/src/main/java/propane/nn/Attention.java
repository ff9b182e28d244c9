package propane.nn;

import propane.tensor.DType;
import propane.tensor.Linear;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Scaled dot-product attention (Vaswani et al., 2017) in tensor operations. What is not seen is
 * selected away, so that nothing of it counts, however large it is: neither in values nor in
 * gradients.
 */
public final class Attention {
    private Attention() {}

    /**
     * Returns softmax(q·kᵀ / √width)·v over the last two axes: for each query the mean of the
     * values, weighted by how well their keys fit.
     *
     * @param query [..., queries, width]
     * @param key [..., keys, width]
     * @param value [..., keys, any]
     */
    public static Tensor scaledDotProduct(Tensor query, Tensor key, Tensor value) {
        return scores(query, key).softmax(-1).matmul(value);
    }

    /**
     * Returns the same where a query sees only what a mask shows. A query that sees nothing gives
     * zeros. A key that no query sees counts for nothing with its value, even if they are infinite
     * or not a number. One that some queries see may be as large as numbers get without changing
     * what the others give, but must be a number: 0 times what is none is none.
     *
     * @param query [..., queries, width]
     * @param key [..., keys, width]
     * @param value [..., keys, any]
     * @param mask truth values, or 1 where seen and 0 elsewhere; broadcasts to [..., queries, keys]
     */
    public static Tensor scaledDotProduct(Tensor query, Tensor key, Tensor value, Tensor mask) {
        Tensor seen = AttentionMask.truth(mask);
        Tensor used = AttentionMask.usedKeys(seen);
        Tensor scores = scores(query, AttentionMask.shown(used, key));
        return AttentionMask.softmax(scores, seen).matmul(AttentionMask.shown(used, value));
    }

    /**
     * Returns the same where a query sees the keys up to its own place. Later ones may be as large
     * as numbers get, but must be numbers, since other queries see them.
     *
     * @param query [..., queries, width]
     * @param key [..., keys, width]
     * @param value [..., keys, any]
     */
    public static Tensor causal(Tensor query, Tensor key, Tensor value) {
        return causalSoftmax(scores(query, key)).matmul(value);
    }

    /** Returns q·kᵀ / √width, divided before the product: float16 has no room for it undivided. */
    static Tensor scores(Tensor query, Tensor key) {
        Tensor scaled = query.mul(1 / Math.sqrt(query.dim(-1)));
        return Tensor.of(new Linear.Matmul(scaled, key, false, true));
    }

    /** Returns the softmax of scores over the keys up to the place of each query. */
    static Tensor causalSoftmax(Tensor scores) {
        Tensor seen = upToOwnPlace(scores);
        return scores.dim(-2) <= scores.dim(-1)
                ? AttentionMask.softmaxOfSome(scores, seen)
                : AttentionMask.softmax(scores, seen);
    }

    /** Returns which keys each query sees: those up to its own place, [queries, keys]. */
    static Tensor upToOwnPlace(Tensor scores) {
        int queries = scores.dim(-2);
        int keys = scores.dim(-1);
        double[] seen = new double[queries * keys];
        for (int i = 0; i < queries; i++) {
            // The last query has the place of the last key.
            for (int k = 0; k < Math.min(keys, i + 1 + keys - queries); k++) {
                seen[i * keys + k] = 1;
            }
        }
        var type = scores.type().with(Shape.shape(queries, keys)).with(DType.BOOL);
        return Tensor.constant(NDArray.of(seen, type));
    }
}
