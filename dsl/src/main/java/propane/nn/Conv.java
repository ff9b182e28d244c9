package propane.nn;

import propane.tensor.Convolution;
import propane.tensor.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A convolution over the axes behind batch and channels: 1 to 3 of them, whatever the input has.
 * Its weight is [filters, channels / groups, kernel…].
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
 * @param filters the number of output channels; 0 stands for as many as the input has, times {@code
 *     groups} where groups are by channel
 * @param kernel the length of the kernel on each axis
 * @param stride how far it moves on each axis; 1 at first
 * @param dilation the distance of its elements on each axis; 1 at first
 * @param groups the number of groups of channels; 0 stands for one a channel (depthwise)
 * @param padding {@link Padding#VALID} at first
 * @param bias whether one number a filter is added
 * @param initializer the kernels at the start
 */
public record Conv(
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
        Preconditions.atLeast(0, "conv: the number of filters", filters);
        Preconditions.atLeast(1, "conv: the kernel", kernel);
        Preconditions.atLeast(1, "conv: the stride", stride);
        Preconditions.atLeast(1, "conv: the dilation", dilation);
        Preconditions.atLeast(0, "conv: the number of groups", groups);
    }

    static Conv of(int filters, int kernel) {
        return new Conv(filters, kernel, 1, 1, 1, Padding.VALID, true, Initializer.heNormal());
    }

    /** Returns a convolution of each channel on its own: no number of filters or groups is set. */
    static Conv depthwise(int kernel) {
        return new Conv(0, kernel, 1, 1, 0, Padding.VALID, true, Initializer.heNormal());
    }

    Conv filters(int of) {
        return new Conv(of, kernel, stride, dilation, groups, padding, bias, initializer);
    }

    /** Returns this layer with a stride. */
    public Conv stride(int of) {
        return new Conv(filters, kernel, of, dilation, groups, padding, bias, initializer);
    }

    /** Returns this layer with a dilation. */
    public Conv dilation(int of) {
        return new Conv(filters, kernel, stride, of, groups, padding, bias, initializer);
    }

    /** Returns this layer with channels parted into groups that do not see each other. */
    public Conv groups(int of) {
        int parts = Preconditions.atLeast(1, "conv: the number of groups", of);
        return new Conv(filters, kernel, stride, dilation, parts, padding, bias, initializer);
    }

    /** Returns this layer with another padding. */
    public Conv padding(Padding of) {
        return new Conv(filters, kernel, stride, dilation, groups, of, bias, initializer);
    }

    /** Returns this layer with a number of zeros on each side of each axis. */
    public Conv padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer without the addition of a bias. */
    public Conv withoutBias() {
        return new Conv(filters, kernel, stride, dilation, groups, padding, false, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public Conv initializer(Initializer of) {
        return new Conv(filters, kernel, stride, dilation, groups, padding, bias, of);
    }

    @Override
    public String kind() {
        return groups == 0 ? "depthwise_conv" : "conv";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int axes = x.rank() - 2;
        LayerRule.requireImages(kind(), x);
        int channels = x.dim(1);
        int parts = groups == 0 ? channels : groups;
        int outputs = filters == 0 ? channels : filters;
        if (channels % parts != 0 || outputs % parts != 0) {
            throw LayerRule.shape(
                    kind(),
                    parts
                            + " groups do not part "
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
        Tensor added = scope.weight("bias", Shape.shape(outputs), Initializer.zeros());
        return product.add(PerChannel.of(added, product));
    }
}
