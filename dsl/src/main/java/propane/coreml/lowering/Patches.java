package propane.coreml.lowering;

import propane.tensor.Linear;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorTransformation;
import propane.tensor.Window;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Convolutions over patches (im2col; Chellapilla et al., 2006). Images lie as [h, c, w, n], so that
 * windows are cut along axes that are not the last, and rows of the result are the batch of one
 * product: [h, groups, patch, w·n], the patch never last.
 */
final class Patches {
    /** [n, c, h, w] to [h, c, w, n], and back. */
    private static final int[] TURNED = {2, 1, 3, 0};

    private static final int[] BACK = {3, 1, 0, 2};

    private final Shape image;
    private final Shape kernels;
    private final int groups;
    private final int n;
    private final int channels;
    private final int[] lengths;
    private final int[] kernel;
    private final int[] strides;
    private final int[] dilations;
    private final int[] before;
    private final int[] places;

    /**
     * Makes patches.
     *
     * @param window the windows, over one or two axes
     * @param image the images' shape [n, c, spatial…]
     * @param kernels the kernels' shape [out, c / groups, kernel…]
     * @param groups the number of groups
     */
    Patches(Window window, Shape image, Shape kernels, int groups) {
        this.image = image;
        this.kernels = kernels;
        this.groups = groups;
        this.n = image.dim(0);
        this.channels = image.dim(1);
        this.lengths = two(window.lengths(), 1);
        this.kernel = two(window.kernel(), 1);
        this.strides = two(window.strides(), 1);
        this.dilations = two(window.dilations(), 1);
        this.before = two(window.before(), 0);
        this.places = two(window.places(), 1);
    }

    /** One spatial axis is the last of two. */
    private static int[] two(List<Integer> numbers, int missing) {
        return numbers.size() == 2
                ? new int[] {numbers.getFirst(), numbers.getLast()}
                : new int[] {missing, numbers.getFirst()};
    }

    /** Returns the convolution [n, out, places…]. */
    Tensor convolved(Tensor x, Tensor weight) {
        Tensor product = matrix(weight).matmul(of(x));
        Tensor turned = product.reshape(places[0], kernels.dim(0), places[1], n).transpose(BACK);
        return turned.reshape(result().toArray());
    }

    /** Returns the gradient of the images [n, c, spatial…] for that of the places. */
    Tensor transposed(Tensor gradient, Tensor weight) {
        Tensor product =
                Tensor.of(new Linear.Matmul(matrix(weight), products(gradient), true, false));
        int each = channels / groups;
        Tensor patches =
                product.reshape(places[0], groups, kernel[0] * kernel[1] * each, places[1] * n);
        var sums = new ArrayList<Tensor>();
        for (int i = 0; i < kernel[0] * kernel[1]; i++) {
            Tensor part = patches.slice(2, i * each, (i + 1) * each);
            sums.add(spread(part.reshape(places[0], channels, places[1], n), i));
        }
        Tensor sum = sums.getFirst();
        for (Tensor more : sums.subList(1, sums.size())) {
            sum = sum.add(more);
        }
        return sum.transpose(BACK).reshape(image.toArray());
    }

    /** Returns the gradient of the kernels. */
    Tensor kernelGradient(Tensor x, Tensor gradient) {
        Tensor product =
                Tensor.of(new Linear.Matmul(products(gradient), of(x), false, true)).sum(0);
        int each = channels / groups;
        return product.reshape(kernels.dim(0), kernel[0], kernel[1], each)
                .transpose(0, 3, 1, 2)
                .reshape(kernels.toArray());
    }

    private Shape result() {
        var dims = new ArrayList<>(List.of(n, kernels.dim(0)));
        if (kernels.rank() == 4) {
            dims.add(places[0]);
        }
        dims.add(places[1]);
        return new Shape(dims);
    }

    /** Kernels [out, c / groups, kernel…] as [1, groups, out / groups, patch]. */
    private Tensor matrix(Tensor weight) {
        int out = kernels.dim(0);
        int each = channels / groups;
        return weight.reshape(out, each, kernel[0], kernel[1])
                .transpose(0, 2, 3, 1)
                .reshape(1, groups, out / groups, kernel[0] * kernel[1] * each);
    }

    /** A gradient [n, out, places…] as [h, groups, out / groups, w·n]. */
    private Tensor products(Tensor gradient) {
        int out = kernels.dim(0);
        return gradient.reshape(n, out, places[0], places[1])
                .transpose(TURNED)
                .reshape(places[0], groups, out / groups, places[1] * n);
    }

    /** The patches of images, [h, groups, patch, w·n]. */
    private Tensor of(Tensor x) {
        Tensor turned = x.reshape(n, channels, lengths[0], lengths[1]).transpose(TURNED);
        Tensor padded = padded(turned);
        int each = channels / groups;
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < kernel[0] * kernel[1]; i++) {
            parts.add(cut(padded, i).reshape(places[0], groups, each, places[1] * n));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(2, parts);
    }

    private Tensor padded(Tensor turned) {
        int[] behind = {behind(0), behind(1)};
        var pads =
                Arrays.asList(
                        before[0],
                        Math.max(0, behind[0]),
                        0,
                        0,
                        before[1],
                        Math.max(0, behind[1]),
                        0,
                        0);
        return pads.stream().allMatch(pad -> pad == 0) ? turned : turned.pad(pads);
    }

    /** How far the last window reaches beyond the images. */
    private int behind(int axis) {
        return offset(axis, kernel[axis] - 1)
                + (places[axis] - 1) * strides[axis]
                + 1
                - before[axis]
                - lengths[axis];
    }

    private int offset(int axis, int element) {
        return element * dilations[axis];
    }

    private Tensor cut(Tensor padded, int element) {
        int row = offset(0, element / kernel[1]);
        int column = offset(1, element % kernel[1]);
        return Tensor.of(
                new TensorTransformation.SliceByIndex(
                        padded,
                        List.of(row, 0, column, 0),
                        List.of(
                                row + (places[0] - 1) * strides[0] + 1,
                                channels,
                                column + (places[1] - 1) * strides[1] + 1,
                                n),
                        List.of(strides[0], 1, strides[1], 1)));
    }

    /** Puts values of the places [h, c, w, n] where an element of the window met the images. */
    private Tensor spread(Tensor values, int element) {
        Tensor rows = stretched(values.reshape(places[0], channels * places[1] * n), strides[0]);
        int height = rows.dim(0);
        Tensor columns =
                stretched(
                                rows.reshape(height, channels, places[1], n)
                                        .transpose(2, 0, 1, 3)
                                        .reshape(places[1], height * channels * n),
                                strides[1])
                        .reshape((places[1] - 1) * strides[1] + 1, height, channels, n)
                        .transpose(1, 2, 0, 3);
        Tensor tall = placed(columns, 0, offset(0, element / kernel[1]) - before[0], lengths[0]);
        return placed(tall, 2, offset(1, element % kernel[1]) - before[1], lengths[1]);
    }

    /** Puts zeros between the rows of a matrix. */
    private static Tensor stretched(Tensor matrix, int stride) {
        int rows = matrix.dim(0);
        int width = matrix.dim(1);
        if (stride == 1 || rows == 1) {
            return matrix;
        }
        Tensor wide = matrix.reshape(rows, 1, width).pad(List.of(0, 0, 0, stride - 1, 0, 0));
        return wide.reshape(rows * stride, width).slice(0, 0, (rows - 1) * stride + 1);
    }

    /** Puts an axis at an offset of a longer one: what lies outside is cut, what is left zero. */
    static Tensor placed(Tensor x, int axis, int offset, int length) {
        int from = Math.max(0, -offset);
        int to = Math.min(x.dim(axis), length - offset);
        if (to <= from) {
            return x.slice(axis, 0, 1).mul(0).broadcastTo(x.shape().with(axis, length));
        }
        var pads = new ArrayList<>(Collections.nCopies(2 * x.rank(), 0));
        pads.set(2 * axis, offset + from);
        pads.set(2 * axis + 1, length - offset - to);
        Tensor kept = to - from == x.dim(axis) ? x : x.slice(axis, from, to);
        return pads.stream().allMatch(pad -> pad == 0) ? kept : kept.pad(pads);
    }
}
