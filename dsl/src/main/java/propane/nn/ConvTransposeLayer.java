package propane.nn;

import propane.tensor.Convolution;
import propane.tensor.PadType;
import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A transposed convolution over the axes behind batch and channels: each axis of length l becomes
 * one of (l − 1) · stride − 2 · padding + dilation · (kernel − 1) + extra + 1. Its weight is
 * [channels, filters, kernel…].
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var images = Dataset.of(digits.all().x(), digits.all().x()); // to draw what was seen
 * var layers = sequential(conv(4, 3).stride(2), relu(), convTranspose(1, 4).stride(2));
 * var training = training(model(input(1, 8, 8), layers)).loss(meanSquaredError())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(images, epochs(3));
 *     System.out.println(trainer.evaluate(images));
 * }
 * }
 *
 * @param filters the number of output channels
 * @param kernel the length of the kernel on each axis
 * @param stride the distance of the input's elements in the output; 1 at first
 * @param dilation the distance of the kernel's elements; 1 at first
 * @param padding what is cut from each side of each axis; 0 at first
 * @param extra what is added behind each axis, less than the stride; 0 at first
 * @param bias whether one number a filter is added
 * @param initializer the kernels at the start
 */
public record ConvTransposeLayer(
        int filters,
        int kernel,
        int stride,
        int dilation,
        int padding,
        int extra,
        boolean bias,
        Initializer initializer)
        implements Layer {
    /** Checks the settings. */
    public ConvTransposeLayer {
        Setting.atLeast(1, "convTranspose: the number of filters", filters);
        Setting.atLeast(1, "convTranspose: the kernel", kernel);
        Setting.atLeast(1, "convTranspose: the stride", stride);
        Setting.atLeast(1, "convTranspose: the dilation", dilation);
        Setting.atLeast(0, "convTranspose: padding", padding);
        Setting.atLeast(0, "convTranspose: extra", extra);
    }

    ConvTransposeLayer filters(int of) {
        return new ConvTransposeLayer(
                of, kernel, stride, dilation, padding, extra, bias, initializer);
    }

    /** Returns this layer with a stride. */
    public ConvTransposeLayer stride(int of) {
        return new ConvTransposeLayer(
                filters, kernel, of, dilation, padding, extra, bias, initializer);
    }

    /** Returns this layer with a dilation. */
    public ConvTransposeLayer dilation(int of) {
        return new ConvTransposeLayer(
                filters, kernel, stride, of, padding, extra, bias, initializer);
    }

    /** Returns this layer with a number of elements cut from each side of each axis. */
    public ConvTransposeLayer padding(int width) {
        return new ConvTransposeLayer(
                filters, kernel, stride, dilation, width, extra, bias, initializer);
    }

    /** Returns this layer with elements added behind each axis, fewer than the stride. */
    public ConvTransposeLayer extra(int elements) {
        return new ConvTransposeLayer(
                filters, kernel, stride, dilation, padding, elements, bias, initializer);
    }

    /** Returns this layer without the addition of a bias. */
    public ConvTransposeLayer withoutBias() {
        return new ConvTransposeLayer(
                filters, kernel, stride, dilation, padding, extra, false, initializer);
    }

    /** Returns this layer with other kernels at the start. */
    public ConvTransposeLayer kernel(Initializer of) {
        return new ConvTransposeLayer(filters, kernel, stride, dilation, padding, extra, bias, of);
    }

    @Override
    public String kind() {
        return "conv_transpose";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int axes = x.rank() - 2;
        LayerRule.requireImages(kind(), x);
        if (extra >= stride) {
            throw LayerRule.shape(
                    kind(),
                    "needs less extra than stride, got " + extra + " and " + stride,
                    x,
                    "choose extra from 0 to " + (stride - 1) + ", or a larger stride");
        }
        var kernels = new ArrayList<>(List.of(x.dim(1), filters));
        kernels.addAll(Collections.nCopies(axes, kernel));
        var output = new ArrayList<>(List.of(x.dim(0), filters));
        for (int axis = 2; axis < x.rank(); axis++) {
            int spread = (x.dim(axis) - 1) * stride + dilation * (kernel - 1) + 1;
            output.add(Math.max(0, spread - 2 * padding + extra));
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
        Tensor added = scope.weight("bias", Shape.shape(filters), Initializer.zeros());
        return y.add(PerChannel.of(added, y));
    }
}
