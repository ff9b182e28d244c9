package propane.coreml.lowering;

import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.spi.op.Window;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Images as [h, c, w, n] under a window over one or two axes, so that what the window meets is cut
 * along axes that are not the last: the engine fills last axes up to 64 bytes.
 */
final class TransposedImages {
    /** [n, c, h, w] to [h, c, w, n], and back. */
    static final int[] TRANSPOSED = {2, 1, 3, 0};

    static final int[] BACK = {3, 1, 0, 2};

    private final Shape image;
    private final int n;
    private final int channels;
    private final int[] lengths;
    private final int[] kernel;
    private final int[] strides;
    private final int[] dilations;
    private final int[] before;
    private final int[] places;

    /**
     * Turns images.
     *
     * @param window the windows, over one or two axes
     * @param image the images' shape [n, c, spatial…]
     */
    TransposedImages(Window window, Shape image) {
        this.image = image;
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

    /** Returns the number of examples. */
    int n() {
        return n;
    }

    int channels() {
        return channels;
    }

    /** Returns the number of elements of the window on both axes. */
    int[] kernel() {
        return kernel;
    }

    /** Returns the number of places of the window on both axes. */
    int[] places() {
        return places;
    }

    int windowSize() {
        return kernel[0] * kernel[1];
    }

    /** Images [n, c, spatial…] transposed, with a value around them as far as windows reach. */
    Tensor padded(Tensor x, float value) {
        Tensor transposed = x.reshape(n, channels, lengths[0], lengths[1]).transpose(TRANSPOSED);
        var pads = List.of(before[0], after(0), 0, 0, before[1], after(1), 0, 0);
        var mode = TensorOperation.PadMode.CONSTANT;
        return pads.stream().allMatch(pad -> pad == 0)
                ? transposed
                : Tensor.of(new TensorOperation.Pad(transposed, pads, mode, value));
    }

    /** Values of the places [n, channels, places…], of any number of channels, transposed. */
    Tensor turnedPlaces(Tensor values) {
        return values.reshape(n, values.dim(1), places[0], places[1]).transpose(TRANSPOSED);
    }

    /** Transposed images as [n, c, spatial…]. */
    Tensor back(Tensor transposed) {
        return transposed.transpose(BACK).reshape(image.toArray());
    }

    /** How far the last window reaches beyond the images. */
    private int after(int axis) {
        int reached = offset(axis, kernel[axis] - 1) + (places[axis] - 1) * strides[axis] + 1;
        return Math.max(0, reached - before[axis] - lengths[axis]);
    }

    private int offset(int axis, int element) {
        return element * dilations[axis];
    }

    /** What an element of the window meets of padded images, [h, c, w, n] of the places. */
    Tensor cut(Tensor padded, int element) {
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

    /** Puts transposed values of the places where an element of the window met the images. */
    Tensor spread(Tensor values, int element) {
        Tensor wide = stretched(stretched(values, 0, strides[0]), 2, strides[1]);
        Tensor tall = placed(wide, 0, offset(0, element / kernel[1]) - before[0], lengths[0]);
        return placed(tall, 2, offset(1, element % kernel[1]) - before[1], lengths[1]);
    }

    /** Puts zeros between the elements of an axis. */
    private static Tensor stretched(Tensor x, int axis, int stride) {
        int length = x.dim(axis);
        if (stride == 1 || length == 1) {
            return x;
        }
        Tensor apart = x.expandDims(axis + 1);
        var pads = new ArrayList<>(Collections.nCopies(2 * apart.rank(), 0));
        pads.set(2 * axis + 3, stride - 1);
        Tensor wide = apart.pad(pads).reshape(x.shape().with(axis, length * stride).toArray());
        return wide.slice(axis, 0, (length - 1) * stride + 1);
    }

    /** Puts an axis at an offset of a longer one: what lies outside is cut, what is left zero. */
    static Tensor placed(Tensor x, int axis, int offset, int length) {
        int from = Math.max(0, -offset);
        int to = Math.min(x.dim(axis), length - offset);
        if (to <= from) {
            return Tensor.zeros(x.type().with(x.shape().with(axis, length)));
        }
        var pads = new ArrayList<>(Collections.nCopies(2 * x.rank(), 0));
        pads.set(2 * axis, offset + from);
        pads.set(2 * axis + 1, length - offset - to);
        Tensor kept = to - from == x.dim(axis) ? x : x.slice(axis, from, to);
        return pads.stream().allMatch(pad -> pad == 0) ? kept : kept.pad(pads);
    }
}
