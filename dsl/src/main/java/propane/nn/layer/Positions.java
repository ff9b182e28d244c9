package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * A vector for each position, added to sequences [n, length, width].
 *
 * @param longest the largest length of sequences
 * @param isLearned whether the vectors are weights, else sines and cosines of the position (Vaswani
 *     et al., 2017)
 */
record Positions(int longest, boolean isLearned) implements Layer {
    private static final double SPREAD = 0.02;
    private static final double BASE = 10_000;

    @Override
    public String kind() {
        return isLearned ? "positional_embedding" : "positional_encoding";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int length = x.rank() < 2 ? 0 : x.dim(-2);
        if (x.rank() != 3 || length > longest) {
            throw LayerRule.shape(
                    kind(),
                    "needs [n, length, width] with a length of at most "
                            + longest
                            + ", got "
                            + x.shape(),
                    x,
                    "give more positions, or cut the sequences");
        }
        int width = x.dim(-1);
        if (!isLearned) {
            return x.add(Tensor.constant(NDArray.of(waves(length, width), length, width)));
        }
        Shape shape = Shape.shape(longest, width);
        Tensor vectors = scope.weight("weight", shape, Initializers.normal(SPREAD));
        return x.add(length == longest ? vectors : vectors.slice(0, 0, length));
    }

    private static float[] waves(int length, int width) {
        float[] waves = new float[length * width];
        for (int i = 0; i < waves.length; i++) {
            int column = i % width;
            double angle = i / width * Math.pow(BASE, -(double) (column - column % 2) / width);
            waves[i] = (float) (column % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
        }
        return waves;
    }
}
