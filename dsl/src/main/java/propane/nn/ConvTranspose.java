package propane.nn;

import propane.spi.Preconditions;
import propane.spi.op.Channels;
import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
 *
 * @param axes how many axes it slides over, 1 to 3
 * @param filters the number of output channels
 * @param kernel the length of the kernel on each axis
 * @param stride the distance of the input's elements in the output; 1 by default
 * @param dilation the distance of the kernel's elements; 1 by default
 * @param padding what is cut from each side of each axis; 0 by default
 * @param outputPadding what is added after each axis, less than the stride; 0 by default
 * @param bias whether one number a filter is added
 * @param initializer the kernels at the start
 */
public record ConvTranspose(
        int axes,
        int filters,
        int kernel,
        int stride,
        int dilation,
        int padding,
        int outputPadding,
        boolean bias,
        Initializer initializer)
        implements Layer {
    /** Checks the settings. */
    public ConvTranspose {
        String kind = kind(axes);
        LayerRule.requireAxes(kind, axes);
        Preconditions.atLeast(1, kind + ": the number of filters", filters);
        Preconditions.atLeast(1, kind + ": the kernel", kernel);
        Preconditions.atLeast(1, kind + ": the stride", stride);
        Preconditions.atLeast(1, kind + ": the dilation", dilation);
        Preconditions.atLeast(0, kind + ": the padding", padding);
        Preconditions.atLeast(0, kind + ": the output padding", outputPadding);
    }

    static ConvTranspose of(int axes, int filters, int kernel) {
        return new ConvTranspose(
                axes, filters, kernel, 1, 1, 0, 0, true, Initializers.glorotUniform());
    }

    ConvTranspose filters(int of) {
        return new ConvTranspose(
                axes, of, kernel, stride, dilation, padding, outputPadding, bias, initializer);
    }

    /** Returns this layer with a stride. */
    public ConvTranspose stride(int of) {
        return new ConvTranspose(
                axes, filters, kernel, of, dilation, padding, outputPadding, bias, initializer);
    }

    /** Returns this layer with a dilation. */
    public ConvTranspose dilation(int of) {
        return new ConvTranspose(
                axes, filters, kernel, stride, of, padding, outputPadding, bias, initializer);
    }

    /** Returns this layer with a number of elements cut from each side of each axis. */
    public ConvTranspose padding(int width) {
        return new ConvTranspose(
                axes, filters, kernel, stride, dilation, width, outputPadding, bias, initializer);
    }

    /** Returns this layer with elements added after each axis, fewer than the stride. */
    public ConvTranspose outputPadding(int elements) {
        return new ConvTranspose(
                axes, filters, kernel, stride, dilation, padding, elements, bias, initializer);
    }

    /** Returns this layer with the addition of a bias, the default, or without it. */
    public ConvTranspose bias(boolean of) {
        return new ConvTranspose(
                axes, filters, kernel, stride, dilation, padding, outputPadding, of, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public ConvTranspose initializer(Initializer of) {
        return new ConvTranspose(
                axes, filters, kernel, stride, dilation, padding, outputPadding, bias, of);
    }

    @Override
    public String kind() {
        return kind(axes);
    }

    private static String kind(int axes) {
        return "conv_transpose" + axes + "d";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), axes, x);
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
        kernels.addAll(Collections.nCopies(axes, kernel));
        var output = new ArrayList<>(List.of(x.dim(0), filters));
        for (int axis = 2; axis < x.rank(); axis++) {
            int spread = (x.dim(axis) - 1) * stride + dilation * (kernel - 1) + 1;
            output.add(Math.max(0, spread - 2 * padding + outputPadding));
        }
        Tensor y =
                Tensor.of(
                        new Convolution.ConvTranspose(
                                x,
                                scope.weight("weight", new Shape(kernels), initializer),
                                Padding.of(padding).pads(axes),
                                output,
                                PadType.CUSTOM,
                                Collections.nCopies(axes, stride),
                                Collections.nCopies(axes, dilation),
                                1));
        if (!bias) {
            return y;
        }
        Tensor added = scope.weight("bias", Shape.shape(filters), Initializers.zeros());
        return y.add(Channels.spread(added, y.shape()));
    }
}
