package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.spi.Preconditions;
import propane.spi.op.Activation.GeluMode;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** The built-in layers. */
public final class Layers {
    private Layers() {}

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
    public static Layer sequential(Layer... layers) {
        Preconditions.given("sequential: layers", layers);
        return new Sequential(List.of(layers));
    }

    /** Returns layers one after the other whose output is added to their input. */
    public static Layer residual(Layer... layers) {
        Preconditions.given("residual: layers", layers);
        return new Residual(List.of(layers));
    }

    /** Returns layers in parallel, their outputs joined along the channels or added. */
    public static Branches branches(Layer... layers) {
        Preconditions.given("branches: layers", layers);
        return new Branches(List.of(layers), 1, false);
    }

    /**
     * Returns a dense layer or convolution with a low-rank addition to it (Hu et al., 2022).
     *
     * @param rank the width of the addition
     */
    public static Lora lora(int rank, Layer layer) {
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
    public static Layer remat(Layer layer) {
        Preconditions.given("remat: layer", layer);
        return layer instanceof Named(String name, Layer inner)
                ? new Named(name, new Remat(inner))
                : new Remat(layer);
    }

    /** Returns a layer that goes by a name of its own in paths. */
    public static Layer named(String name, Layer layer) {
        Preconditions.given("named: name", name);
        Preconditions.given("named: layer", layer);
        return new Named(name, layer);
    }

    /**
     * Returns a fully connected (linear) layer, x·Wᵀ + b over the last axis. W starts as {@link
     * Initializers#glorotUniform}, b as zeros.
     */
    public static Dense dense(int units) {
        return new Dense(units, true, Initializers.glorotUniform());
    }

    /** Returns a convolution over the last axis; as {@link #conv2d}. */
    public static Conv conv1d(int filters, int kernel) {
        return Conv.of(1, filters, kernel);
    }

    /**
     * Returns a convolution over the last two axes, those after batch and channels. Kernels start
     * as {@link Initializers#heNormal}, biases as zeros.
     *
     * @param filters the number of output channels
     * @param kernel the length of the kernel on each axis
     */
    public static Conv conv2d(int filters, int kernel) {
        return Conv.of(2, filters, kernel);
    }

    /** Returns a convolution over the last three axes; as {@link #conv2d}. */
    public static Conv conv3d(int filters, int kernel) {
        return Conv.of(3, filters, kernel);
    }

    /** Returns a convolution of each channel on its own over the last axis. */
    public static Conv depthwiseConv1d(int kernel) {
        return Conv.depthwise(1, kernel);
    }

    /** Returns a convolution of each channel on its own over the last two axes. */
    public static Conv depthwiseConv2d(int kernel) {
        return Conv.depthwise(2, kernel);
    }

    /** Returns a convolution of each channel on its own over the last three axes. */
    public static Conv depthwiseConv3d(int kernel) {
        return Conv.depthwise(3, kernel);
    }

    /** Returns a separable convolution over the last axis; as {@link #separableConv2d}. */
    public static SeparableConv separableConv1d(int filters, int kernel) {
        return SeparableConv.of(1, filters, kernel);
    }

    /**
     * Returns a convolution of each channel on its own over the last two axes, then one of all
     * channels at each place.
     *
     * @param filters the number of output channels
     * @param kernel the length of the first kernel on each axis
     */
    public static SeparableConv separableConv2d(int filters, int kernel) {
        return SeparableConv.of(2, filters, kernel);
    }

    /** Returns a separable convolution over the last three axes; as {@link #separableConv2d}. */
    public static SeparableConv separableConv3d(int filters, int kernel) {
        return SeparableConv.of(3, filters, kernel);
    }

    /** Returns a transposed convolution over the last axis; as {@link #convTranspose2d}. */
    public static ConvTranspose convTranspose1d(int filters, int kernel) {
        return ConvTranspose.of(1, filters, kernel);
    }

    /**
     * Returns a transposed convolution over the last two axes, those after batch and channels.
     *
     * @param filters the number of output channels
     * @param kernel the length of the kernel on each axis
     */
    public static ConvTranspose convTranspose2d(int filters, int kernel) {
        return ConvTranspose.of(2, filters, kernel);
    }

    /** Returns a transposed convolution over the last three axes; as {@link #convTranspose2d}. */
    public static ConvTranspose convTranspose3d(int filters, int kernel) {
        return ConvTranspose.of(3, filters, kernel);
    }

    /**
     * Returns images made larger by a whole factor, repeating elements.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
     * var layers = sequential(conv2d(8, 3), squeezeExcite(4), spatialDropout(0.1), maxPool2d(2),
     *         upsample(2), upsampleLinear(2), swiGlu(8), flatten(), dropout(0.2), dense(10));
     * var training = training(model(input(1, 8, 8), layers)).loss(softmaxCrossEntropy())
     *         .optimizer(adam(1e-2)).batch(32);
     * try (var trainer = training.compile()) {
     *     System.out.println(trainer.fit(digits, epochs(3)));
     * }
     * }
     */
    public static Layer upsample(int factor) {
        return new Upsample(factor, false);
    }

    /** Returns the same by (bi)linear interpolation, of one or two spatial axes. */
    public static Layer upsampleLinear(int factor) {
        return new Upsample(factor, true);
    }

    /** Returns channels of images weighted by what their means say of each other. */
    public static Layer squeezeExcite(int ratio) {
        return new SqueezeExcite(ratio);
    }

    /** Returns batch normalization over all axes but the second. */
    public static BatchNorm batchNorm() {
        return new BatchNorm(0.1, 1e-5);
    }

    /** Returns layer normalization over the last axis, or with {@code axes} over more. */
    public static LayerNorm layerNorm() {
        return new LayerNorm(1, 1e-5);
    }

    /** Returns root mean square normalization over the last axis. */
    public static RmsNorm rmsNorm() {
        return new RmsNorm(1e-6);
    }

    /**
     * Returns normalization of each example over groups of channels.
     *
     * @param groups the number of groups, a divisor of the channels
     */
    public static GroupNorm groupNorm(int groups) {
        return new GroupNorm(
                Preconditions.atLeast(1, "groupNorm: the number of groups", groups), 1e-5);
    }

    /** Returns normalization of each channel of each example. */
    public static GroupNorm instanceNorm() {
        return new GroupNorm(0, 1e-5);
    }

    /**
     * Returns a vector for each of the int32 numbers below a vocabulary's size.
     *
     * @param vocabulary the number of vectors
     * @param width their length
     */
    public static Layer embedding(int vocabulary, int width) {
        return embedding(vocabulary, width, Initializers.normal(0.02));
    }

    /** Returns such vectors with other values at the start than {@code normal(0.02)}. */
    public static Layer embedding(int vocabulary, int width, Initializer initializer) {
        return new Embedding(vocabulary, width, initializer);
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
    public static Layer positionalEmbedding(int longest) {
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
    public static Layer positionalEncoding() {
        return new Positions(Integer.MAX_VALUE, false);
    }

    /** Returns long short-term memory over sequences (Hochreiter and Schmidhuber, 1997). */
    public static RecurrentLayer lstm(int units) {
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
    public static RecurrentLayer gru(int units) {
        return RecurrentLayer.of(Cell.GRU, units);
    }

    /** Returns a plain recurrent network with tanh over sequences (Elman, 1990). */
    public static RecurrentLayer rnn(int units) {
        return RecurrentLayer.of(Cell.RNN, units);
    }

    /**
     * Returns attention of sequences [n, length, width] over themselves.
     *
     * @param heads the number of heads, a divisor of the width
     */
    public static SelfAttention selfAttention(int heads) {
        return new SelfAttention(Heads.of(heads));
    }

    /**
     * Returns attention of sequences over others, which {@link CrossAttention#over} names.
     *
     * @param heads the number of heads, a divisor of the width
     */
    public static CrossAttention crossAttention(int heads) {
        return new CrossAttention(Heads.of(heads));
    }

    /**
     * Returns a block of a transformer: self-attention and a feed-forward part. With {@code causal}
     * it is a language model's.
     *
     * @param heads the number of heads, a divisor of the width
     */
    public static TransformerBlock encoderBlock(int heads) {
        return TransformerBlock.of(Heads.of(heads));
    }

    /**
     * Returns a causal block of a transformer, which attends to other sequences too once {@link
     * TransformerBlock#over} names them.
     *
     * @param heads the number of heads, a divisor of the width
     */
    public static TransformerBlock decoderBlock(int heads) {
        return TransformerBlock.of(Heads.of(heads).causal());
    }

    /** Returns the gated feed-forward part of transformers, of a width between. */
    public static Layer swiGlu(int hidden) {
        return new SwiGlu(hidden);
    }

    /**
     * Returns max(0, x).
     *
     * {@snippet :
     * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
     * Layer[] activations = {relu(), relu6(), leakyRelu(0.01), elu(), gelu(), geluTanh(),
     *         quickGelu(), silu(), mish(), hardSwish(), softplus(), softmax(), logSoftmax(),
     *         tanh(), sigmoid()};
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
    public static Layer relu() {
        return new Pointwise("relu", Tensor::relu);
    }

    /** Returns min(max(0, x), 6). */
    public static Layer relu6() {
        return new Pointwise("relu6", Tensor::relu6);
    }

    /** Returns x where x ≥ 0, a small slope times x elsewhere; 0.01 is usual. */
    public static Layer leakyRelu(double slope) {
        return new Pointwise("leaky_relu", List.of(slope), x -> x.leakyRelu(slope));
    }

    /** Returns x where x {@literal >} 0, e<sup>x</sup> − 1 elsewhere. */
    public static Layer elu() {
        return new Pointwise("elu", x -> x.elu(1));
    }

    /** Returns x · Φ(x), exactly. */
    public static Layer gelu() {
        return new Gelu(GeluMode.EXACT);
    }

    /** Returns x · Φ(x) nearly, by a tanh, as GPT-2 has it. */
    public static Layer geluTanh() {
        return new Gelu(GeluMode.TANH_APPROXIMATION);
    }

    /** Returns x · σ(1.702 x), near x · Φ(x). */
    public static Layer quickGelu() {
        return new Gelu(GeluMode.SIGMOID_APPROXIMATION);
    }

    /** Returns x · σ(x), also known as swish. */
    public static Layer silu() {
        return new Pointwise("silu", Tensor::silu);
    }

    /** Returns x · tanh(ln(1 + e<sup>x</sup>)) (Misra, 2020). */
    public static Layer mish() {
        return new Pointwise("mish", Tensor::mish);
    }

    /** Returns x · min(max(0, x + 3), 6) / 6 (Howard et al., 2019). */
    public static Layer hardSwish() {
        return new Pointwise("hard_swish", Tensor::hardSwish);
    }

    /** Returns ln(1 + e<sup>x</sup>). */
    public static Layer softplus() {
        return new Pointwise("softplus", Tensor::softplus);
    }

    /** Returns exponentials divided by their sum over the last axis; no loss here wants it. */
    public static Layer softmax() {
        return new Pointwise("softmax", x -> x.softmax(-1));
    }

    /** Returns logarithms of {@link #softmax}, computed without overflow. */
    public static Layer logSoftmax() {
        return new Pointwise("log_softmax", x -> x.logSoftmax(-1));
    }

    /** Returns the hyperbolic tangent. */
    public static Layer tanh() {
        return new Pointwise("tanh", Tensor::tanh);
    }

    /** Returns 1 / (1 + e<sup>−x</sup>). */
    public static Layer sigmoid() {
        return new Pointwise("sigmoid", Tensor::sigmoid);
    }

    /**
     * Returns the largest value of each window over the last axis; the window moves as far as it is
     * long.
     */
    public static Pooling maxPool1d(int size) {
        return Pooling.of(true, 1, size);
    }

    /**
     * Returns the largest value of each window over the last two axes; the window moves as far as
     * it is long.
     */
    public static Pooling maxPool2d(int size) {
        return Pooling.of(true, 2, size);
    }

    /**
     * Returns the largest value of each window over the last three axes; the window moves as far as
     * it is long.
     */
    public static Pooling maxPool3d(int size) {
        return Pooling.of(true, 3, size);
    }

    /**
     * Returns the mean of each window over the last axis; the window moves as far as it is long.
     */
    public static Pooling averagePool1d(int size) {
        return Pooling.of(false, 1, size);
    }

    /**
     * Returns the mean of each window over the last two axes; the window moves as far as it is
     * long.
     */
    public static Pooling averagePool2d(int size) {
        return Pooling.of(false, 2, size);
    }

    /**
     * Returns the mean of each window over the last three axes; the window moves as far as it is
     * long.
     */
    public static Pooling averagePool3d(int size) {
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
    public static Layer globalAveragePool() {
        return new GlobalPool(true);
    }

    /** Returns the largest value of each channel, [n, channels]. */
    public static Layer globalMaxPool() {
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
    public static Layer flatten() {
        return new Pointwise("flatten", x -> x.reshape(x.dim(0), -1));
    }

    /** Returns each example in another shape; one length may be −1 and is worked out. */
    public static Layer reshape(int... dims) {
        Preconditions.given("reshape: dims", dims);
        return new Reshaped(IntStream.of(dims).boxed().toList());
    }

    /** Returns dropout of elements with a probability. */
    public static Layer dropout(double rate) {
        return new Dropout(rate, false);
    }

    /** Returns dropout of whole channels of [n, channels, …] (Tompson et al., 2015). */
    public static Layer spatialDropout(double rate) {
        return new Dropout(rate, true);
    }
}
