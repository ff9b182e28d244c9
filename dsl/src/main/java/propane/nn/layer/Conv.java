package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.Convolution;
import propane.spi.op.PerChannel;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A convolution over the last 1, 2 or 3 axes, those after batch and channels. Its weight is
 * [filters, channels / groups, kernel…].
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(conv2d(8, 3), depthwiseConv2d(3), relu(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 */
public final class Conv implements Layer {
    private final Windowing window;

    /** 0 stands for as many as the input has, times the groups where these are by channel. */
    private final int filters;

    /** 0 stands for one a channel (depthwise). */
    private final int groups;

    private final boolean bias;
    private final Initializer initializer;

    private Conv(Windowing window, int filters, int groups, boolean bias, Initializer initializer) {
        this.window = window;
        this.filters = filters;
        this.groups = groups;
        this.bias = bias;
        this.initializer = initializer;
        window.require(kind(), "kernel");
        Preconditions.atLeast(0, kind() + ": the number of filters", filters);
        Preconditions.atLeast(0, kind() + ": the number of groups", groups);
    }

    static Conv of(int axes, int filters, int kernel) {
        Preconditions.atLeast(1, kind(axes, 1) + ": the number of filters", filters);
        return of(axes, filters, kernel, 1);
    }

    /** Returns a convolution of each channel on its own: no number of filters or groups is set. */
    static Conv depthwise(int axes, int kernel) {
        return of(axes, 0, kernel, 0);
    }

    private static Conv of(int axes, int filters, int kernel, int groups) {
        var window = new Windowing(axes, kernel, 1, 1, Padding.VALID);
        return new Conv(window, filters, groups, true, Initializers.heNormal());
    }

    private Conv window(Windowing of) {
        return new Conv(of, filters, groups, bias, initializer);
    }

    Windowing window() {
        return window;
    }

    int groups() {
        return groups;
    }

    Conv filters(int of) {
        return new Conv(window, of, groups, bias, initializer);
    }

    /** Returns this layer with a stride, how far the kernel moves on each axis; 1 by default. */
    public Conv stride(int of) {
        return window(window.stride(of));
    }

    /** Returns this layer with a dilation, the distance of the kernel's elements; 1 by default. */
    public Conv dilation(int of) {
        return window(window.dilation(of));
    }

    /** Returns this layer with channels split into groups that do not see each other. */
    public Conv groups(int of) {
        int parts = Preconditions.atLeast(1, kind() + ": the number of groups", of);
        return new Conv(window, filters, parts, bias, initializer);
    }

    /** Returns this layer with another padding; {@link Padding#VALID} by default. */
    public Conv padding(Padding of) {
        return window(window.padding(of));
    }

    /** Returns this layer with a number of zeros on each side of each axis. */
    public Conv padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with the addition of a bias, the default, or without it. */
    public Conv bias(boolean of) {
        return new Conv(window, filters, groups, of, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public Conv initializer(Initializer of) {
        return new Conv(window, filters, groups, bias, of);
    }

    @Override
    public String kind() {
        return kind(window.axes(), groups);
    }

    private static String kind(int axes, int groups) {
        return (groups == 0 ? "depthwise_conv" : "conv") + axes + "d";
    }

    /** Returns true: windows slide over the axes after the channels. */
    @Override
    public boolean slides() {
        return true;
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), window.axes(), x);
        int channels = x.dim(1);
        int parts = groups == 0 ? channels : groups;
        int outputs = filters == 0 ? channels : filters;
        if (channels % parts != 0 || outputs % parts != 0) {
            throw LayerRule.shape(
                    kind(),
                    parts
                            + " groups do not divide "
                            + channels
                            + " channels and "
                            + outputs
                            + " filters",
                    x,
                    "make channels and filters multiples of the groups");
        }
        var dims = new ArrayList<>(List.of(outputs, Math.max(1, channels / parts)));
        dims.addAll(window.lengths());
        Tensor weight = scope.weight("weight", new Shape(dims), initializer);
        Tensor product =
                Tensor.of(
                        new Convolution.Conv(
                                x,
                                weight,
                                window.strides(),
                                window.padType(),
                                window.pads(),
                                window.dilations(),
                                parts));
        if (!bias) {
            return product;
        }
        Tensor added = scope.weight("bias", Shape.shape(outputs), Initializers.zeros());
        return product.add(PerChannel.spread(added, product.shape()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Conv conv
                && window.equals(conv.window)
                && filters == conv.filters
                && groups == conv.groups
                && bias == conv.bias
                && initializer.equals(conv.initializer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(window, filters, groups, bias, initializer);
    }

    /** Returns what it is set to. */
    @Override
    public String toString() {
        return "Conv[axes="
                + window.axes()
                + ", filters="
                + filters
                + ", kernel="
                + window.length()
                + ", stride="
                + window.stride()
                + ", dilation="
                + window.dilation()
                + ", groups="
                + groups
                + ", padding="
                + window.padding()
                + ", bias="
                + bias
                + ", initializer="
                + initializer
                + "]";
    }
}
