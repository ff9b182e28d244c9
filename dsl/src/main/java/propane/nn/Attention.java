package propane.nn;

import propane.tensor.DType;
import propane.tensor.Linear;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/** Scaled dot-product attention (Vaswani et al., 2017) in tensor operations. */
public final class Attention {
    /** What is added where nothing may be seen: e to the power of it is 0, in float16 too. */
    private static final double HIDDEN = -1e4;

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

    /** Returns the same where a query sees only keys that do not stand behind it. */
    public static Tensor causal(Tensor query, Tensor key, Tensor value) {
        Tensor scores = scores(query, key);
        return scores.add(behind(scores)).softmax(-1).matmul(value);
    }

    /** Returns q·kᵀ / √width, divided before the product: float16 has no room for it undivided. */
    static Tensor scores(Tensor query, Tensor key) {
        Tensor scaled = query.mul(1 / Math.sqrt(query.dim(-1)));
        return Tensor.of(new Linear.Matmul(scaled, key, false, true));
    }

    /** Returns what hides the keys behind each query, [queries, keys]. */
    static Tensor behind(Tensor scores) {
        int queries = scores.dim(-2);
        int keys = scores.dim(-1);
        float[] hidden = new float[queries * keys];
        for (int i = 0; i < queries; i++) {
            // The last query stands beside the last key.
            for (int k = i + 1 + keys - queries; k < keys; k++) {
                hidden[i * keys + k] = (float) HIDDEN;
            }
        }
        return Tensor.constant(NDArray.of(hidden, queries, keys));
    }

    /**
     * Returns what hides the keys that a mask leaves out.
     *
     * @param mask truth values or 1 and 0
     */
    static Tensor outside(Tensor mask) {
        return mask.cast(DType.FLOAT32).sub(1).mul(-HIDDEN);
    }
}
