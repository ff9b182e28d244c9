package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

/**
 * Attention of sequences [n, length, width] over themselves, in several heads (Vaswani et al.,
 * 2017). Its parts are dense layers named {@code query}, {@code key}, {@code value} and {@code
 * out}.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(8, 8).take(64);
 * var model = model(input(8, 8), sequential(selfAttention(2), flatten(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 */
public final class SelfAttention implements Layer {
    private final Heads heads;

    SelfAttention(Heads heads) {
        this.heads = heads;
    }

    /** Returns this layer with each element seeing only those before it, and itself. */
    public SelfAttention causal() {
        return new SelfAttention(heads.causal());
    }

    /**
     * Returns this layer with fewer heads of keys and values, each shared by a group of queries
     * (Ainslie et al., 2023).
     *
     * @param count a divisor of the number of heads; 1 is multi-query attention
     */
    public SelfAttention keyValueHeads(int count) {
        return new SelfAttention(heads.keys(count));
    }

    /**
     * Returns this layer with queries and keys rotated by their positions, {@link
     * Attention#rotary}.
     */
    public SelfAttention rotary() {
        return new SelfAttention(heads.rotary());
    }

    /** Returns this layer with projections that add a bias, the default, or not. */
    public SelfAttention bias(boolean of) {
        return new SelfAttention(heads.bias(of));
    }

    /** Returns this layer with a share of the attention dropped in training. */
    public SelfAttention dropout(double rate) {
        return new SelfAttention(heads.dropout(rate));
    }

    /**
     * Returns this layer with elements that are not seen.
     *
     * @param mask truth values, or 1 where seen and 0 elsewhere: [n, length] or [n, length, length]
     */
    public SelfAttention mask(Tensor mask) {
        return new SelfAttention(heads.mask(mask));
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return heads.attend(kind(), scope, x, x);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SelfAttention that && heads.equals(that.heads);
    }

    @Override
    public int hashCode() {
        return heads.hashCode();
    }

    /** Returns its heads, for example {@code self_attention(4 heads, causal)}. */
    @Override
    public String toString() {
        return kind() + "(" + heads + ")";
    }
}
