package propane.nn;

import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** The built-in layers. */
public final class Layers {
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

    /** Returns a fully connected layer, x·Wᵀ + b over the last axis. */
    public static Dense dense(int units) {
        return new Dense(units, true, Initializer.glorotUniform());
    }

    /**
     * Returns a convolution over the axes behind batch and channels.
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

    /** Returns layer normalization over the last axis. */
    public static LayerNorm layerNorm() {
        return new LayerNorm(1e-5);
    }

    /** Returns max(0, x). */
    public static Layer relu() {
        return new Pointwise("relu", Tensor::relu);
    }

    /** Returns the hyperbolic tangent. */
    public static Layer tanh() {
        return new Pointwise("tanh", Tensor::tanh);
    }

    /** Returns 1 / (1 + e<sup>−x</sup>). */
    public static Layer sigmoid() {
        return new Pointwise("sigmoid", Tensor::sigmoid);
    }

    /** Returns the largest value of each window; the window moves as far as it is long. */
    public static PoolLayer maxPool(int size) {
        return new PoolLayer("max_pool", size, size, Padding.VALID);
    }

    /** Returns the mean of each window; the window moves as far as it is long. */
    public static PoolLayer averagePool(int size) {
        return new PoolLayer("average_pool", size, size, Padding.VALID);
    }

    /** Returns the mean of each channel, [n, channels]. */
    public static Layer globalAveragePool() {
        return new Pointwise("global_average_pool", x -> x.mean(spatial(x)));
    }

    /** Returns the largest value of each channel, [n, channels]. */
    public static Layer globalMaxPool() {
        return new Pointwise("global_max_pool", x -> x.max(spatial(x)));
    }

    /** Returns each example as a vector. */
    public static Layer flatten() {
        return new Pointwise("flatten", x -> x.reshape(x.dim(0), -1));
    }

    /** Returns each example in another shape; one length may be −1 and is worked out. */
    public static Layer reshape(int... dims) {
        return new Pointwise(
                "reshape",
                x ->
                        x.reshape(
                                IntStream.concat(IntStream.of(x.dim(0)), IntStream.of(dims))
                                        .toArray()));
    }

    /** Returns dropout of elements with a probability. */
    public static Dropout dropout(double rate) {
        return new Dropout(rate);
    }

    private static int[] spatial(Tensor x) {
        return IntStream.range(2, x.rank()).toArray();
    }
}
