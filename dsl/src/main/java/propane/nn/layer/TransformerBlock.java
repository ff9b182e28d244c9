package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

import java.util.List;

/**
 * A block of a transformer over sequences [n, length, width], each part after a norm and added to
 * its input (Vaswani et al., 2017; norms first as Xiong et al., 2020): self-attention; attention
 * over other sequences, where {@link #over} names some; a feed-forward part. The parts are named
 * {@code attention}, {@code cross_attention} and {@code feed}, their norms {@code attention_norm},
 * {@code cross_attention_norm} and {@code feed_norm}.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(8, 8).take(64);
 * var layers = sequential(encoderBlock(2), decoderBlock(2), flatten(), dense(10));
 * var model = model(input(8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 */
public final class TransformerBlock implements Layer {
    private static final int WIDER = 4;

    private final Settings settings;

    private record Settings(
            Heads heads,
            Heads crossHeads,
            int hidden,
            double dropout,
            boolean isGated,
            Layer norm,
            List<Tensor> memory) {}

    private TransformerBlock(Settings settings) {
        this.settings = settings;
    }

    static TransformerBlock of(Heads heads) {
        Heads cross = Heads.of(heads.count());
        return new TransformerBlock(
                new Settings(heads, cross, 0, 0, false, Layers.layerNorm(), List.of()));
    }

    private TransformerBlock with(Heads heads, Heads cross) {
        Settings s = settings;
        return new TransformerBlock(
                new Settings(heads, cross, s.hidden, s.dropout, s.isGated, s.norm, s.memory));
    }

    /** Returns this block with each element seeing only those before it, and itself. */
    public TransformerBlock causal() {
        return with(settings.heads.causal(), settings.crossHeads);
    }

    /** Returns this block with fewer heads of keys and values, a divisor of the heads. */
    public TransformerBlock keyValueHeads(int count) {
        return with(settings.heads.keys(count), settings.crossHeads.keys(count));
    }

    /** Returns this block with rotary positions in its self-attention. */
    public TransformerBlock rotary() {
        return with(settings.heads.rotary(), settings.crossHeads);
    }

    /** Returns this block with attention whose projections add a bias, the default, or not. */
    public TransformerBlock bias(boolean of) {
        return with(settings.heads.bias(of), settings.crossHeads.bias(of));
    }

    /** Returns this block with elements of its sequences not seen, {@link SelfAttention#mask}. */
    public TransformerBlock mask(Tensor mask) {
        return with(settings.heads.mask(mask), settings.crossHeads);
    }

    /**
     * Returns this block with another width of the feed-forward part, by default 4 times its own.
     */
    public TransformerBlock hidden(int width) {
        int wide = Preconditions.atLeast(1, "transformer_block: hidden", width);
        Settings s = settings;
        return new TransformerBlock(
                new Settings(s.heads, s.crossHeads, wide, s.dropout, s.isGated, s.norm, s.memory));
    }

    /** Returns this block with a share of each part's output dropped in training. */
    public TransformerBlock dropout(double rate) {
        double checked = Preconditions.belowOne("transformer_block: the dropout rate", rate);
        Settings s = settings;
        return new TransformerBlock(
                new Settings(
                        s.heads, s.crossHeads, s.hidden, checked, s.isGated, s.norm, s.memory));
    }

    /** Returns this block with a gated feed-forward part, {@link SwiGlu}, in place of gelu. */
    public TransformerBlock swiGlu() {
        Settings s = settings;
        return new TransformerBlock(
                new Settings(s.heads, s.crossHeads, s.hidden, s.dropout, true, s.norm, s.memory));
    }

    /** Returns this block with other norms, for example {@link Layers#rmsNorm}. */
    public TransformerBlock norm(Layer layer) {
        Settings s = settings;
        return new TransformerBlock(
                new Settings(
                        s.heads, s.crossHeads, s.hidden, s.dropout, s.isGated, layer, s.memory));
    }

    /**
     * Returns this block with attention over other sequences.
     *
     * @param memory [n, any length, any width]
     */
    public TransformerBlock over(Tensor memory) {
        Settings s = settings;
        return new TransformerBlock(
                new Settings(
                        s.heads,
                        s.crossHeads,
                        s.hidden,
                        s.dropout,
                        s.isGated,
                        s.norm,
                        List.of(memory)));
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Tensor y = added(scope, "attention", new SelfAttention(settings.heads), x);
        for (Tensor memory : settings.memory) {
            Layer cross = new CrossAttention(settings.crossHeads).over(memory);
            y = added(scope, "cross_attention", cross, y);
        }
        return added(scope, "feed", feed(x.dim(-1)), y);
    }

    private Layer feed(int width) {
        int hidden = settings.hidden == 0 ? WIDER * width : settings.hidden;
        return settings.isGated
                ? new SwiGlu(hidden)
                : Layers.sequential(Layers.dense(hidden), Layers.gelu(), Layers.dense(width));
    }

    private Tensor added(Scope scope, String name, Layer part, Tensor x) {
        Tensor y = scope.apply(name, part, scope.apply(name + "_norm", settings.norm, x));
        Layer dropout = Layers.dropout(settings.dropout);
        return x.add(scope.apply(name + "_dropout", dropout, y));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransformerBlock that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    /** Returns what it is made of, for example {@code transformer_block(4 heads, causal)}. */
    @Override
    public String toString() {
        Settings s = settings;
        var text = new StringBuilder(kind()).append('(').append(s.heads);
        text.append(s.hidden == 0 ? "" : ", hidden " + s.hidden);
        text.append(s.isGated ? ", gated" : "");
        text.append(s.dropout == 0 ? "" : ", dropout " + s.dropout);
        text.append(s.norm.equals(Layers.layerNorm()) ? "" : ", " + s.norm);
        s.memory.forEach(memory -> text.append(", over ").append(memory.type()));
        return text.append(')').toString();
    }
}
