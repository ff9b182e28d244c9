package propane.nn;

import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Rotary positions (Su et al., 2021): pairs of a vector's elements, i and i + width / 2, are
 * rotated by position · 10,000<sup>−2i / width</sup>, so that products of two vectors depend on how
 * far they are apart and not on where they stand.
 */
public final class RotaryEmbedding {
    private static final double BASE = 10_000;

    private RotaryEmbedding() {}

    /**
     * Returns vectors rotated by their positions.
     *
     * @param x [..., length, width], the width even
     */
    public static Tensor rotated(Tensor x) {
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
            double angle = i / half * Math.pow(BASE, -(double) (i % half) / half);
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
}
