package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.spi.op.PerChannel;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A transposed convolution over the last 1, 2 or 3 axes, those after batch and channels: each axis
 * of length l becomes one of (l − 1) · stride − 2 · padding + dilation · (kernel − 1) +
 * outputPadding + 1. Its weight is [channels, filters, kernel…].
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var images = Dataset.of(digits.all().x(), digits.all().x()); // to draw what was seen
 * var layers = sequential(conv2d(4, 3).stride(2), relu(), convTranspose2d(1, 4).stride(2));
 * var training = training(model(input(1, 8, 8), layers)).loss(meanSquaredError())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(images, epochs(3));
 *     System.out.println(trainer.evaluate(images));
 * }
 * }
 */
public final class ConvTranspose implements Layer {
    private final Windowing window;
    private final int filters;
    private final int outputPadding;
    private final boolean bias;
    private final Initializer initializer;

    private ConvTranspose(
            Windowing window,
            int filters,
            int outputPadding,
            boolean bias,
            Initializer initializer) {
        this.window = window;
        this.filters = filters;
        this.outputPadding = outputPadding;
        this.bias = bias;
        this.initializer = initializer;
        window.require(kind(), "kernel");
        Preconditions.atLeast(1, kind() + ": the number of filters", filters);
        Preconditions.atLeast(0, kind() + ": the output padding", outputPadding);
    }

    static ConvTranspose of(int axes, int filters, int kernel) {
        var window = new Windowing(axes, kernel, 1, 1, Padding.of(0));
        return new ConvTranspose(window, filters, 0, true, Initializers.glorotUniform());
    }

    private ConvTranspose window(Windowing of) {
        return new ConvTranspose(of, filters, outputPadding, bias, initializer);
    }

    ConvTranspose filters(int of) {
        return new ConvTranspose(window, of, outputPadding, bias, initializer);
    }

    /** Returns this layer with a stride, the distance of the input's elements; 1 by default. */
    public ConvTranspose stride(int of) {
        return window(window.stride(of));
    }

    /** Returns this layer with a dilation, the distance of the kernel's elements; 1 by default. */
    public ConvTranspose dilation(int of) {
        return window(window.dilation(of));
    }

    /** Returns this layer with a number of elements cut from each side of each axis. */
    public ConvTranspose padding(int width) {
        Preconditions.atLeast(0, kind() + ": the padding", width);
        return window(window.padding(Padding.of(width)));
    }

    /** Returns this layer with elements added after each axis, fewer than the stride. */
    public ConvTranspose outputPadding(int elements) {
        return new ConvTranspose(window, filters, elements, bias, initializer);
    }

    /** Returns this layer with the addition of a bias, the default, or without it. */
    public ConvTranspose bias(boolean of) {
        return new ConvTranspose(window, filters, outputPadding, of, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public ConvTranspose initializer(Initializer of) {
        return new ConvTranspose(window, filters, outputPadding, bias, of);
    }

    @Override
    public String kind() {
        return "conv_transpose" + window.axes() + "d";
    }

    /** Returns how much is cut from each side of each axis. */
    private int cut() {
        return window.pads().getFirst();
    }

    /** Returns true: windows slide over the axes after the channels. */
    @Override
    public boolean slides() {
        return true;
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), window.axes(), x);
        int stride = window.stride();
        if (outputPadding >= stride) {
            throw LayerRule.shape(
                    kind(),
                    "needs less output padding than stride, got "
                            + outputPadding
                            + " and "
                            + stride,
                    x,
                    "choose outputPadding from 0 to " + (stride - 1) + ", or a larger stride");
        }
        var kernels = new ArrayList<>(List.of(x.dim(1), filters));
        kernels.addAll(window.lengths());
        var output = new ArrayList<>(List.of(x.dim(0), filters));
        int reach = window.dilation() * (window.length() - 1) + 1;
        for (int axis = 2; axis < x.rank(); axis++) {
            int spread = (x.dim(axis) - 1) * stride + reach;
            output.add(Math.max(0, spread - 2 * cut() + outputPadding));
        }
        Tensor y =
                Tensor.of(
                        new Convolution.ConvTranspose(
                                x,
                                scope.weight("weight", new Shape(kernels), initializer),
                                window.pads(),
                                output,
                                PadType.CUSTOM,
                                window.strides(),
                                window.dilations(),
                                1));
        if (!bias) {
            return y;
        }
        Tensor added = scope.weight("bias", Shape.shape(filters), Initializers.zeros());
        return y.add(PerChannel.spread(added, y.shape()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConvTranspose conv
                && window.equals(conv.window)
                && filters == conv.filters
                && outputPadding == conv.outputPadding
                && bias == conv.bias
                && initializer.equals(conv.initializer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(window, filters, outputPadding, bias, initializer);
    }

    /** Returns what it is set to. */
    @Override
    public String toString() {
        return "ConvTranspose[axes="
                + window.axes()
                + ", filters="
                + filters
                + ", kernel="
                + window.length()
                + ", stride="
                + window.stride()
                + ", dilation="
                + window.dilation()
                + ", padding="
                + cut()
                + ", outputPadding="
                + outputPadding
                + ", bias="
                + bias
                + ", initializer="
                + initializer
                + "]";
    }
}
