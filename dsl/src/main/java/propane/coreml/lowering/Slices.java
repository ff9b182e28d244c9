package propane.coreml.lowering;

import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.spi.op.Window;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Convolutions of volumes [n, c, depth, h, w], a slice of the kernels' depth at a time: the
 * volumes' slices that it meets are a batch of images.
 */
final class Slices {
    private final Convolution conv;
    private final Window window;
    private final int kernel;
    private final int stride;
    private final int dilation;
    private final int places;
    private final List<Integer> pads;

    Slices(Convolution conv) {
        this.conv = conv;
        this.window = conv.window();
        this.kernel = window.kernel().getFirst();
        this.stride = window.strides().getFirst();
        this.dilation = window.dilations().getFirst();
        this.places = window.places().getFirst();
        this.pads = window.pads().subList(2, 6);
    }

    /** Returns the convolution [n, out, places…]. */
    Tensor convolved(Tensor x, Tensor weight) {
        Tensor padded = padded(x);
        return apart(
                sum(slice ->
                        Tensor.of(
                                new Convolution.Conv(
                                        met(padded, slice),
                                        kernels(weight, slice),
                                        flat(window.strides()),
                                        PadType.CUSTOM,
                                        pads,
                                        flat(window.dilations()),
                                        conv.groups()))),
                x.dim(0));
    }

    /** Returns the gradient of the volumes, of a shape, for that of the places. */
    Tensor transposed(Tensor gradient, Tensor weight, Shape volumes) {
        Tensor images = together(gradient);
        var dims = new ArrayList<>(volumes.dims());
        dims.remove(2);
        dims.set(0, images.dim(0));
        return sum(
                        slice -> {
                            Tensor part =
                                    Tensor.of(
                                            new Convolution.ConvTranspose(
                                                    images,
                                                    kernels(weight, slice),
                                                    pads,
                                                    dims,
                                                    PadType.CUSTOM,
                                                    flat(window.strides()),
                                                    flat(window.dilations()),
                                                    conv.groups()));
                            return spread(apart(part, gradient.dim(0)), slice, volumes);
                        })
                .reshape(volumes.toArray());
    }

    /** Returns the gradient of the kernels, of a shape. */
    Tensor kernelGradient(Tensor x, Tensor gradient, Shape kernels) {
        Tensor padded = padded(x);
        Tensor images = together(gradient);
        var dims = new ArrayList<>(kernels.dims());
        dims.remove(2);
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < kernel; i++) {
            parts.add(
                    Tensor.of(
                            new Convolution.ConvWeightGradient(
                                    met(padded, i),
                                    images,
                                    new Shape(dims),
                                    flat(window.strides()),
                                    pads,
                                    flat(window.dilations()),
                                    conv.groups())));
        }
        return Tensor.stack(2, parts);
    }

    private Tensor sum(IntFunction<Tensor> part) {
        Tensor sum = part.apply(0);
        for (int i = 1; i < kernel; i++) {
            sum = sum.add(part.apply(i));
        }
        return sum;
    }

    private static List<Integer> flat(List<Integer> numbers) {
        return numbers.subList(1, 3);
    }

    private Tensor padded(Tensor x) {
        int before = window.before().getFirst();
        int after = window.after().getFirst();
        return before + after == 0 ? x : x.pad(List.of(0, 0, 0, 0, before, after, 0, 0, 0, 0));
    }

    /** Returns the slices of volumes that one of the kernels' slices meets, as images. */
    private Tensor met(Tensor padded, int slice) {
        int from = slice * dilation;
        return together(padded.slice(2, from, from + (places - 1) * stride + 1, stride));
    }

    private static Tensor kernels(Tensor weight, int slice) {
        return weight.slice(2, slice, slice + 1).squeeze(2);
    }

    /** Volumes [n, c, depth, h, w] as images [n · depth, c, h, w]. */
    private static Tensor together(Tensor x) {
        return x.transpose(0, 2, 1, 3, 4)
                .reshape(x.dim(0) * x.dim(2), x.dim(1), x.dim(3), x.dim(4));
    }

    private static Tensor apart(Tensor images, int n) {
        return images.reshape(n, images.dim(0) / n, images.dim(1), images.dim(2), images.dim(3))
                .transpose(0, 2, 1, 3, 4);
    }

    /** Puts slices of the places where one of the kernels' slices met the volumes. */
    private Tensor spread(Tensor x, int slice, Shape volumes) {
        int rows = x.dim(0) * x.dim(1);
        Tensor wide = x.reshape(rows, places, 1, x.dim(3), x.dim(4));
        Tensor stretched =
                wide.pad(List.of(0, 0, 0, 0, 0, stride - 1, 0, 0, 0, 0))
                        .reshape(rows, places * stride, x.dim(3), x.dim(4))
                        .slice(1, 0, (places - 1) * stride + 1);
        int offset = slice * dilation - window.before().getFirst();
        return TransposedImages.placed(stretched, 1, offset, volumes.dim(2));
    }
}
