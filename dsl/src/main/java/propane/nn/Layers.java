package propane.nn;

import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** The built-in layers. */
public final class Layers {
    // One object each: a layer that is made anew each time must be equal to itself.
    private static final Layer RELU = new Pointwise("relu", Tensor::relu);
    private static final Layer TANH = new Pointwise("tanh", Tensor::tanh);
    private static final Layer SIGMOID = new Pointwise("sigmoid", Tensor::sigmoid);
    private static final Layer FLATTEN = new Pointwise("flatten", x -> x.reshape(x.dim(0), -1));

    private Layers() {}

    /** Returns layers one after the other. */
    public static Layer sequential(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    /** Returns layers one after the other whose output is added to their input. */
    public static Layer residual(Layer... layers) {
        return new Residual(List.of(layers));
    }

    /** Returns a layer that goes by a name of its own in paths. */
    public static Layer named(String name, Layer layer) {
        return new Named(name, layer);
    }

    /**
     * Returns a fully connected layer, x·Wᵀ + b over the last axis. W starts as {@link
     * Initializer#glorotUniform}, b as zeros.
     */
    public static Dense dense(int units) {
        return new Dense(units, true, Initializer.glorotUniform());
    }

    /**
     * Returns a convolution over the axes behind batch and channels. Kernels start as {@link
     * Initializer#heNormal}, biases as zeros.
     *
     * @param filters the number of output channels
     * @param kernel the length of the kernel on each axis
     */
    public static ConvLayer conv(int filters, int kernel) {
        return ConvLayer.of(filters, kernel);
    }

    /** Returns a convolution of each channel on its own. */
    public static ConvLayer depthwiseConv(int kernel) {
        return ConvLayer.of(0, kernel).groups(0);
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
        return new GroupNorm(groups, 1e-5);
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
    public static Embedding embedding(int vocabulary, int width) {
        return new Embedding(vocabulary, width, Initializer.normal(0.02));
    }

    /** Returns the addition of a learned vector to each element of sequences up to a length. */
    public static Layer learnedPositions(int longest) {
        return new Positions(longest, true);
    }

    /** Returns the addition of sines and cosines of the position (Vaswani et al., 2017). */
    public static Layer sinusoidalPositions() {
        return new Positions(Integer.MAX_VALUE, false);
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

    /** Returns max(0, x). */
    public static Layer relu() {
        return RELU;
    }

    /** Returns the hyperbolic tangent. */
    public static Layer tanh() {
        return TANH;
    }

    /** Returns 1 / (1 + e<sup>−x</sup>). */
    public static Layer sigmoid() {
        return SIGMOID;
    }

    /** Returns the largest value of each window; the window moves as far as it is long. */
    public static PoolLayer maxPool(int size) {
        return new PoolLayer("max_pool", size, size, Padding.VALID, false);
    }

    /** Returns the mean of each window; the window moves as far as it is long. */
    public static PoolLayer averagePool(int size) {
        return new PoolLayer("average_pool", size, size, Padding.VALID, false);
    }

    /** Returns the mean of each channel, [n, channels]. */
    public static Layer globalAveragePool() {
        return new GlobalPool(true);
    }

    /** Returns the largest value of each channel, [n, channels]. */
    public static Layer globalMaxPool() {
        return new GlobalPool(false);
    }

    /** Returns each example as a vector. */
    public static Layer flatten() {
        return FLATTEN;
    }

    /** Returns each example in another shape; one length may be −1 and is worked out. */
    public static Layer reshape(int... dims) {
        return new Reshaped(IntStream.of(dims).boxed().toList());
    }

    /** Returns dropout of elements with a probability. */
    public static Dropout dropout(double rate) {
        return new Dropout(rate);
    }
}
