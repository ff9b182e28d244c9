package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

/**
 * Attention of sequences over others (Vaswani et al., 2017); {@link #over} says over which. Its
 * parts are dense layers named {@code query}, {@code key}, {@code value} and {@code out}.
 *
 * {@snippet :
 * var rows = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(8, 8).take(64);
 * var model =
 *         model(
 *                 List.of(input(8, 8)),
 *                 (scope, in) -> {
 *                     Tensor all = in.only();
 *                     Layer look = crossAttention(2).over(all);
 *                     Layer layers = sequential(look, flatten(), dense(10));
 *                     return tensors("digit", scope.apply("head", layers, all.slice(1, 0, 1)));
 *                 });
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(rows, epochs(3));
 *     System.out.println(trainer.evaluate(rows));
 * }
 * }
 */
public final class CrossAttention {
    private final Heads heads;

    CrossAttention(Heads heads) {
        this.heads = heads;
    }

    /** Returns the same with fewer heads of keys and values, each shared by a group of queries. */
    public CrossAttention keyValueHeads(int count) {
        return new CrossAttention(heads.keys(count));
    }

    /** Returns the same with projections that add a bias, the default, or not. */
    public CrossAttention bias(boolean of) {
        return new CrossAttention(heads.bias(of));
    }

    /** Returns the same with a share of the attention dropped in training. */
    public CrossAttention dropout(double rate) {
        return new CrossAttention(heads.dropout(rate));
    }

    /**
     * Returns the same with elements of the memory that are not seen.
     *
     * @param mask truth values, or 1 where seen and 0 elsewhere: [n, memory] or [n, length, memory]
     */
    public CrossAttention mask(Tensor mask) {
        return new CrossAttention(heads.mask(mask));
    }

    /**
     * Returns the layer whose sequences [n, length, width] look at some others.
     *
     * @param memory [n, any length, any width]
     */
    public Layer over(Tensor memory) {
        return new Over(heads, memory);
    }

    private record Over(Heads heads, Tensor memory) implements Layer {
        @Override
        public String kind() {
            return "cross_attention";
        }

        @Override
        public Tensor apply(Scope scope, Tensor x) {
            return heads.attend(kind(), scope, x, memory);
        }
    }

    /** Returns its heads, for example {@code cross_attention(4 heads)}. */
    @Override
    public String toString() {
        return "cross_attention(" + heads + ")";
    }
}
