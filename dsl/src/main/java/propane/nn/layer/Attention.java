package propane.nn.layer;

import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Scaled dot-product attention (Vaswani et al., 2017). What is not seen is selected away, so that
 * nothing of it counts, however large it is: neither in values nor in gradients.
 */
public final class Attention {
    /** The axis of heads, counted from the end. */
    private static final int HEADS = 3;

    private static final double ROTARY_BASE = 10_000;

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
        return attended(query, key, value, List.of());
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
        return attended(query, key, value, List.of(AttentionMask.truth(mask)));
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
        return attended(query, key, value, List.of(upToOwnPlace(query.dim(-2), key.dim(-2))));
    }

    /**
     * Returns vectors rotated by their positions (Su et al., 2021): pairs of a vector's elements, i
     * and i + width / 2, are rotated by position · 10,000<sup>−2i / width</sup>, so that products
     * of two vectors depend on how far they are apart and not on where they stand.
     *
     * @param x queries or keys, [..., length, width], the width even
     */
    public static Tensor rotary(Tensor x) {
        int length = x.dim(-2);
        int width = x.dim(-1);
        if (width % 2 != 0) {
            throw LayerRule.shape(
                    "rotary positions",
                    "turn pairs of elements, and " + width + " is odd",
                    x,
                    "make the width of each head even");
        }
        int half = width / 2;
        Tensor first = x.slice(-1, 0, half);
        Tensor second = x.slice(-1, half, width);
        float[] cosines = new float[length * half];
        float[] sines = new float[length * half];
        for (int i = 0; i < cosines.length; i++) {
            double angle = i / half * Math.pow(ROTARY_BASE, -(double) (i % half) / half);
            cosines[i] = (float) Math.cos(angle);
            sines[i] = (float) Math.sin(angle);
        }
        Tensor cosine = Tensor.constant(NDArray.of(cosines, length, half));
        Tensor sine = Tensor.constant(NDArray.of(sines, length, half));
        return Tensor.concat(
                -1,
                List.of(
                        first.mul(cosine).sub(second.mul(sine)),
                        second.mul(cosine).add(first.mul(sine))));
    }

    private static Tensor attended(Tensor query, Tensor key, Tensor value, List<Tensor> masks) {
        var all = List.of(query, key, value);
        // Heads share keys of which there are those of one head only, as they are.
        int own = length(key, HEADS) == 1 && length(value, HEADS) == 1 ? HEADS : HEADS - 1;
        return Tensor.of(
                new ScaledDotProductAttention(
                        stretched(query, HEADS - 1, all),
                        stretched(key, own, all),
                        stretched(value, own, all),
                        masks,
                        List.of()));
    }

    /** Returns rows with the axes that others have, but for the last ones, which stay its own. */
    private static Tensor stretched(Tensor rows, int own, List<Tensor> others) {
        int[] dims = new int[others.stream().mapToInt(Tensor::rank).max().orElseThrow()];
        for (int axis = 1; axis <= dims.length; axis++) {
            int length = length(rows, axis);
            for (Tensor other : others) {
                length = axis > own && length == 1 ? length(other, axis) : length;
            }
            dims[dims.length - axis] = length;
        }
        return rows.broadcastTo(new Shape(IntStream.of(dims).boxed().toList()));
    }

    /** Returns the length of an axis counted from the end, 1 where there is none. */
    private static int length(Tensor rows, int axis) {
        return axis <= rows.rank() ? rows.dim(-axis) : 1;
    }

    /** Returns which keys each query sees: those up to its own place, [queries, keys]. */
    static Tensor upToOwnPlace(int queries, int keys) {
        double[] seen = new double[queries * keys];
        for (int i = 0; i < queries; i++) {
            // The last query has the place of the last key.
            for (int k = 0; k < Math.min(keys, i + 1 + keys - queries); k++) {
                seen[i * keys + k] = 1;
            }
        }
        var type = new TensorType(DType.BOOL, Shape.shape(queries, keys));
        return Tensor.constant(NDArray.of(seen, type));
    }
}
