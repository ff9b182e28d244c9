package propane.nn;

import propane.spi.Preconditions;
import propane.spi.op.Channels;
import propane.spi.op.Convolution;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
 *
 * @param axes how many axes it slides over, 1 to 3
 * @param filters the number of output channels; 0 stands for as many as the input has, times {@code
 *     groups} where groups are by channel
 * @param kernel the length of the kernel on each axis
 * @param stride how far it moves on each axis; 1 by default
 * @param dilation the distance of its elements on each axis; 1 by default
 * @param groups the number of groups of channels; 0 stands for one a channel (depthwise)
 * @param padding {@link Padding#VALID} by default
 * @param bias whether one number a filter is added
 * @param initializer the kernels at the start
 */
public record Conv(
        int axes,
        int filters,
        int kernel,
        int stride,
        int dilation,
        int groups,
        Padding padding,
        boolean bias,
        Initializer initializer)
        implements Layer {
    /** Checks the settings. */
    public Conv {
        String kind = kind(axes, groups);
        LayerRule.requireAxes(kind, axes);
        Preconditions.atLeast(0, kind + ": the number of filters", filters);
        Preconditions.atLeast(1, kind + ": the kernel", kernel);
        Preconditions.atLeast(1, kind + ": the stride", stride);
        Preconditions.atLeast(1, kind + ": the dilation", dilation);
        Preconditions.atLeast(0, kind + ": the number of groups", groups);
    }

    static Conv of(int axes, int filters, int kernel) {
        Preconditions.atLeast(1, kind(axes, 1) + ": the number of filters", filters);
        return new Conv(
                axes, filters, kernel, 1, 1, 1, Padding.VALID, true, Initializers.heNormal());
    }

    /** Returns a convolution of each channel on its own: no number of filters or groups is set. */
    static Conv depthwise(int axes, int kernel) {
        return new Conv(axes, 0, kernel, 1, 1, 0, Padding.VALID, true, Initializers.heNormal());
    }

    Conv filters(int of) {
        return new Conv(axes, of, kernel, stride, dilation, groups, padding, bias, initializer);
    }

    /** Returns this layer with a stride. */
    public Conv stride(int of) {
        return new Conv(axes, filters, kernel, of, dilation, groups, padding, bias, initializer);
    }

    /** Returns this layer with a dilation. */
    public Conv dilation(int of) {
        return new Conv(axes, filters, kernel, stride, of, groups, padding, bias, initializer);
    }

    /** Returns this layer with channels split into groups that do not see each other. */
    public Conv groups(int of) {
        int parts = Preconditions.atLeast(1, kind() + ": the number of groups", of);
        return new Conv(axes, filters, kernel, stride, dilation, parts, padding, bias, initializer);
    }

    /** Returns this layer with another padding. */
    public Conv padding(Padding of) {
        return new Conv(axes, filters, kernel, stride, dilation, groups, of, bias, initializer);
    }

    /** Returns this layer with a number of zeros on each side of each axis. */
    public Conv padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with the addition of a bias, the default, or without it. */
    public Conv bias(boolean of) {
        return new Conv(axes, filters, kernel, stride, dilation, groups, padding, of, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public Conv initializer(Initializer of) {
        return new Conv(axes, filters, kernel, stride, dilation, groups, padding, bias, of);
    }

    @Override
    public String kind() {
        return kind(axes, groups);
    }

    private static String kind(int axes, int groups) {
        return (groups == 0 ? "depthwise_conv" : "conv") + axes + "d";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), axes, x);
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
        dims.addAll(Collections.nCopies(axes, kernel));
        Tensor weight = scope.weight("weight", new Shape(dims), initializer);
        Tensor product =
                Tensor.of(
                        new Convolution.Conv(
                                x,
                                weight,
                                Collections.nCopies(axes, stride),
                                padding.type(),
                                padding.pads(axes),
                                Collections.nCopies(axes, dilation),
                                parts));
        if (!bias) {
            return product;
        }
        Tensor added = scope.weight("bias", Shape.shape(outputs), Initializers.zeros());
        return product.add(Channels.spread(added, product.shape()));
    }
}
