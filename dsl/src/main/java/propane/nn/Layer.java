package propane.nn;

import propane.tensor.Activation.GeluMode;
import propane.tensor.Preconditions;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * An immutable description of a layer. Applied to a tensor it declares its weights in the scope and
 * returns its output; built-in layers have no other means than a user's own.
 */
@FunctionalInterface
public interface Layer {
    /**
     * Returns the layer's output.
     *
     * @param scope where weights and states are declared
     * @param x the input, its first axis the batch
     */
    Tensor apply(Scope scope, Tensor x);

    /**
     * Returns this layer with the weights of another one in place of its own of the same names, for
     * example an output projection with those of the embedding (Press and Wolf, 2017). There is one
     * weight then: its gradient is the sum of both uses', a checkpoint holds it once, at the other
     * layer's path. Weights that the other layer does not have stay this one's own.
     *
     * {@snippet :
     * var model =
     *         model(
     *                 tokens(6),
     *                 sequential(
     *                         embedding(20, 8),
     *                         encoderBlock(2).causal(),
     *                         dense(20).bias(false).tiedTo("embedding_1")));
     * System.out.println(model.summary());
     * }
     *
     * @param path the other layer's path, beginning in any part around this layer; it must have
     *     been applied before
     */
    default Layer tiedTo(String path) {
        return new Tied(path, this);
    }

    /**
     * Returns what a layer of this kind is called in paths, for example {@code dense}: the name of
     * its class in snake case; of a lambda, {@code layer}.
     */
    default String kind() {
        return Names.kind(getClass(), "layer");
    }

    /**
     * Returns layers one after the other.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(64).take(64);
     * Layer eye = named("eye", dense(64));
     * var layers = sequential(eye, residual(relu(), dense(64)), relu(), dense(10));
     * var model = model(input(64), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static Layer sequential(Layer... layers) {
        Preconditions.given("sequential: layers", layers);
        return new Sequential(List.of(layers));
    }

    /** Returns layers one after the other whose output is added to their input. */
    static Layer residual(Layer... layers) {
        Preconditions.given("residual: layers", layers);
        return new Residual(List.of(layers));
    }

    /** Returns layers beside each other whose outputs are joined along the channels, or added. */
    static Branches branches(Layer... layers) {
        Preconditions.given("branches: layers", layers);
        return new Branches(List.of(layers), 1, false);
    }

    /**
     * Returns a dense layer or convolution with a low-rank addition to it (Hu et al., 2022).
     *
     * @param rank the width of the addition
     */
    static Lora lora(int rank, Layer layer) {
        Preconditions.given("lora: layer", layer);
        return new Lora(rank, rank, layer);
    }

    /**
     * Returns a layer whose values within are computed once more in the backward pass rather than
     * kept, gradient checkpointing (Chen et al., 2016): the same results to the last bit, less
     * memory, more time.
     *
     * {@snippet :
     * Layer block = remat(sequential(dense(32), relu(), dense(32), relu()));
     * var model = model(input(8), sequential(dense(32), block, block, block, dense(1)));
     * var training = training(model).loss(meanSquaredError()).optimizer(adam(1e-3));
     * try (var trainer = training.batch(256).compile(Engine.cpu())) {
     *     System.out.println(trainer.report().workBytes() + " bytes for values of a step");
     * }
     * }
     */
    static Layer remat(Layer layer) {
        Preconditions.given("remat: layer", layer);
        return layer instanceof Named(String name, Layer inner)
                ? new Named(name, new Remat(inner))
                : new Remat(layer);
    }

    /** Returns a layer that goes by a name of its own in paths. */
    static Layer named(String name, Layer layer) {
        Preconditions.given("named: name", name);
        Preconditions.given("named: layer", layer);
        return new Named(name, layer);
    }

    /**
     * Returns a fully connected (linear) layer, x·Wᵀ + b over the last axis. W starts as {@link
     * Initializer#glorotUniform}, b as zeros.
     */
    static Dense dense(int units) {
        return new Dense(units, true, Initializer.glorotUniform());
    }

    /** Returns a convolution over the last axis; else as {@link #conv2d}. */
    static Conv conv1d(int filters, int kernel) {
        return Conv.of(1, filters, kernel);
    }

    /**
     * Returns a convolution over the last two axes, those after batch and channels. Kernels start
     * as {@link Initializer#heNormal}, biases as zeros.
     *
     * @param filters the number of output channels
     * @param kernel the length of the kernel on each axis
     */
    static Conv conv2d(int filters, int kernel) {
        return Conv.of(2, filters, kernel);
    }

    /** Returns a convolution over the last three axes; else as {@link #conv2d}. */
    static Conv conv3d(int filters, int kernel) {
        return Conv.of(3, filters, kernel);
    }

    /** Returns a convolution of each channel on its own over the last axis. */
    static Conv depthwiseConv1d(int kernel) {
        return Conv.depthwise(1, kernel);
    }

    /** Returns a convolution of each channel on its own over the last two axes. */
    static Conv depthwiseConv2d(int kernel) {
        return Conv.depthwise(2, kernel);
    }

    /** Returns a convolution of each channel on its own over the last three axes. */
    static Conv depthwiseConv3d(int kernel) {
        return Conv.depthwise(3, kernel);
    }

    /** Returns a separable convolution over the last axis; else as {@link #separableConv2d}. */
    static SeparableConv separableConv1d(int filters, int kernel) {
        return SeparableConv.of(1, filters, kernel);
    }

    /**
     * Returns a convolution of each channel on its own over the last two axes, then one of all
     * channels at each place.
     *
     * @param filters the number of output channels
     * @param kernel the length of the first kernel on each axis
     */
    static SeparableConv separableConv2d(int filters, int kernel) {
        return SeparableConv.of(2, filters, kernel);
    }

    /**
     * Returns a separable convolution over the last three axes; else as {@link #separableConv2d}.
     */
    static SeparableConv separableConv3d(int filters, int kernel) {
        return SeparableConv.of(3, filters, kernel);
    }

    /** Returns a transposed convolution over the last axis; else as {@link #convTranspose2d}. */
    static ConvTranspose convTranspose1d(int filters, int kernel) {
        return ConvTranspose.of(1, filters, kernel);
    }

    /**
     * Returns a transposed convolution over the last two axes, those after batch and channels.
     *
     * @param filters the number of output channels
     * @param kernel the length of the kernel on each axis
     */
    static ConvTranspose convTranspose2d(int filters, int kernel) {
        return ConvTranspose.of(2, filters, kernel);
    }

    /**
     * Returns a transposed convolution over the last three axes; else as {@link #convTranspose2d}.
     */
    static ConvTranspose convTranspose3d(int filters, int kernel) {
        return ConvTranspose.of(3, filters, kernel);
    }

    /** Returns images made larger by a whole factor, by repeating or with {@code linear} lines. */
    static Upsample upsample(int factor) {
        return new Upsample(factor, false);
    }

    /** Returns channels of images weighted by what their means say of each other. */
    static SqueezeExcite squeezeExcite(int ratio) {
        return new SqueezeExcite(ratio);
    }

    /** Returns batch normalization over all axes but the second. */
    static BatchNorm batchNorm() {
        return new BatchNorm(0.1, 1e-5);
    }

    /** Returns layer normalization over the last axis, or with {@code axes} over more. */
    static LayerNorm layerNorm() {
        return new LayerNorm(1, 1e-5);
    }

    /** Returns root mean square normalization over the last axis. */
    static RmsNorm rmsNorm() {
        return new RmsNorm(1e-6);
    }

    /**
     * Returns normalization of each example over groups of channels.
     *
     * @param groups the number of groups, a divisor of the channels
     */
    static GroupNorm groupNorm(int groups) {
        return new GroupNorm(
                Preconditions.atLeast(1, "groupNorm: the number of groups", groups), 1e-5);
    }

    /** Returns normalization of each channel of each example. */
    static GroupNorm instanceNorm() {
        return new GroupNorm(0, 1e-5);
    }

    /**
     * Returns a vector for each of the int32 numbers below a vocabulary's size.
     *
     * @param vocabulary the number of vectors
     * @param width their length
     */
    static Embedding embedding(int vocabulary, int width) {
        return new Embedding(vocabulary, width, Initializer.normal(0.02));
    }

    /**
     * Returns the addition of a learned vector to each element of sequences up to a length.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(8, 8).take(64);
     * var layers = sequential(positionalEmbedding(8), selfAttention(2), flatten(), dense(10));
     * var model = model(input(8, 8), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static Layer positionalEmbedding(int longest) {
        return new Positions(
                Preconditions.atLeast(1, "positionalEmbedding: the longest length", longest), true);
    }

    /**
     * Returns the addition of sines and cosines of the position (Vaswani et al., 2017).
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(8, 8).take(64);
     * var layers = sequential(positionalEncoding(), selfAttention(2), flatten(), dense(10));
     * var model = model(input(8, 8), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static Layer positionalEncoding() {
        return new Positions(Integer.MAX_VALUE, false);
    }

    /** Returns long short-term memory over sequences (Hochreiter and Schmidhuber, 1997). */
    static RecurrentLayer lstm(int units) {
        return RecurrentLayer.of(Cell.LSTM, units);
    }

    /**
     * Returns gated recurrent units over sequences (Cho et al., 2014), the reset after the product.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(8, 8).take(64);
     * var layers = sequential(gru(16).returnSequences(), rnn(16), dense(10));
     * var model = model(input(8, 8), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static RecurrentLayer gru(int units) {
        return RecurrentLayer.of(Cell.GRU, units);
    }

    /** Returns a plain recurrent network with tanh over sequences (Elman, 1990). */
    static RecurrentLayer rnn(int units) {
        return RecurrentLayer.of(Cell.RNN, units);
    }

    /**
     * Returns attention of sequences [n, length, width] over themselves.
     *
     * @param heads the number of heads, a divisor of the width
     */
    static SelfAttention selfAttention(int heads) {
        return new SelfAttention(Heads.of(heads));
    }

    /**
     * Returns attention of sequences over others, which {@link CrossAttention#over} names.
     *
     * @param heads the number of heads, a divisor of the width
     */
    static CrossAttention crossAttention(int heads) {
        return new CrossAttention(Heads.of(heads));
    }

    /**
     * Returns a block of a transformer: self-attention and a feed-forward part. With {@code causal}
     * it is a language model's.
     *
     * @param heads the number of heads, a divisor of the width
     */
    static TransformerBlock encoderBlock(int heads) {
        return TransformerBlock.of(Heads.of(heads));
    }

    /**
     * Returns a causal block of a transformer, which attends to other sequences too once {@link
     * TransformerBlock#over} names them.
     *
     * @param heads the number of heads, a divisor of the width
     */
    static TransformerBlock decoderBlock(int heads) {
        return TransformerBlock.of(Heads.of(heads).causal());
    }

    /** Returns the gated feed-forward part of transformers, of a width between. */
    static SwiGlu swiGlu(int hidden) {
        return new SwiGlu(hidden);
    }

    /**
     * Returns max(0, x).
     *
     * {@snippet :
     * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
     * Layer[] activations = {relu(), relu6(), leakyRelu(0.01), elu(), gelu(), silu(), mish(),
     *         hardSwish(), softplus(), softmax(), logSoftmax(), tanh(), sigmoid()};
     * for (Layer activation : activations) {
     *     var model = model(input(2), sequential(dense(8), activation, dense(2)));
     *     var training = training(model).loss(softmaxCrossEntropy())
     *             .optimizer(adam(1e-2)).batch(4).seed(1);
     *     try (var trainer = training.compile()) {
     *         trainer.fit(xor, epochs(50));
     *         System.out.println(activation + ": " + trainer.evaluate(xor));
     *     }
     * }
     * }
     */
    static Layer relu() {
        return new Pointwise("relu", Tensor::relu);
    }

    /** Returns min(max(0, x), 6). */
    static Layer relu6() {
        return new Pointwise("relu6", Tensor::relu6);
    }

    /** Returns x where x ≥ 0, a small slope times x elsewhere; 0.01 is usual. */
    static Layer leakyRelu(double slope) {
        return new Pointwise("leaky_relu", List.of(slope), x -> x.leakyRelu(slope));
    }

    /** Returns x where x {@literal >} 0, e<sup>x</sup> − 1 elsewhere. */
    static Layer elu() {
        return new Pointwise("elu", x -> x.elu(1));
    }

    /** Returns x · Φ(x), exactly or, with {@code tanh}, nearly. */
    static Gelu gelu() {
        return new Gelu(GeluMode.EXACT);
    }

    /** Returns x · σ(x), also known as swish. */
    static Layer silu() {
        return new Pointwise("silu", Tensor::silu);
    }

    /** Returns x · tanh(ln(1 + e<sup>x</sup>)) (Misra, 2020). */
    static Layer mish() {
        return new Pointwise("mish", Tensor::mish);
    }

    /** Returns x · min(max(0, x + 3), 6) / 6 (Howard et al., 2019). */
    static Layer hardSwish() {
        return new Pointwise("hard_swish", Tensor::hardSwish);
    }

    /** Returns ln(1 + e<sup>x</sup>). */
    static Layer softplus() {
        return new Pointwise("softplus", Tensor::softplus);
    }

    /** Returns exponentials divided by their sum over the last axis; no loss here wants it. */
    static Layer softmax() {
        return new Pointwise("softmax", x -> x.softmax(-1));
    }

    /** Returns logarithms of {@link #softmax}, computed without overflow. */
    static Layer logSoftmax() {
        return new Pointwise("log_softmax", x -> x.logSoftmax(-1));
    }

    /** Returns the hyperbolic tangent. */
    static Layer tanh() {
        return new Pointwise("tanh", Tensor::tanh);
    }

    /** Returns 1 / (1 + e<sup>−x</sup>). */
    static Layer sigmoid() {
        return new Pointwise("sigmoid", Tensor::sigmoid);
    }

    /**
     * Returns the largest value of each window over the last axis; the window moves as far as it is
     * long.
     */
    static Pooling maxPool1d(int size) {
        return Pooling.of(true, 1, size);
    }

    /**
     * Returns the largest value of each window over the last two axes; the window moves as far as
     * it is long.
     */
    static Pooling maxPool2d(int size) {
        return Pooling.of(true, 2, size);
    }

    /**
     * Returns the largest value of each window over the last three axes; the window moves as far as
     * it is long.
     */
    static Pooling maxPool3d(int size) {
        return Pooling.of(true, 3, size);
    }

    /**
     * Returns the mean of each window over the last axis; the window moves as far as it is long.
     */
    static Pooling averagePool1d(int size) {
        return Pooling.of(false, 1, size);
    }

    /**
     * Returns the mean of each window over the last two axes; the window moves as far as it is
     * long.
     */
    static Pooling averagePool2d(int size) {
        return Pooling.of(false, 2, size);
    }

    /**
     * Returns the mean of each window over the last three axes; the window moves as far as it is
     * long.
     */
    static Pooling averagePool3d(int size) {
        return Pooling.of(false, 3, size);
    }

    /**
     * Returns the mean of each channel, [n, channels].
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
     * var layers = sequential(conv2d(8, 3), relu(),
     *         branches(globalAveragePool(), globalMaxPool()), dense(10));
     * var model = model(input(1, 8, 8), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static Layer globalAveragePool() {
        return new GlobalPool(true);
    }

    /** Returns the largest value of each channel, [n, channels]. */
    static Layer globalMaxPool() {
        return new GlobalPool(false);
    }

    /**
     * Returns each example as a vector.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(64).take(64);
     * var layers = sequential(reshape(1, 8, 8), conv2d(4, 3), flatten(), dense(10));
     * var model = model(input(64), layers);
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    static Layer flatten() {
        return new Pointwise("flatten", x -> x.reshape(x.dim(0), -1));
    }

    /** Returns each example in another shape; one length may be −1 and is worked out. */
    static Layer reshape(int... dims) {
        Preconditions.given("reshape: dims", dims);
        return new Reshaped(IntStream.of(dims).boxed().toList());
    }

    /** Returns dropout of elements with a probability. */
    static Dropout dropout(double rate) {
        return new Dropout(rate, false);
    }
}
