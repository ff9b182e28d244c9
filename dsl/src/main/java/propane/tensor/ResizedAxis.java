package propane.tensor;

import java.util.stream.IntStream;

/**
 * Where the elements of an axis of another length are taken from: element i is the old one left[i]
 * plus a share of the way to the next.
 */
public final class ResizedAxis {
    private final int length;
    private final int[] left;
    private final float[] shares;

    private ResizedAxis(int length, int places) {
        this.length = length;
        this.left = new int[places];
        this.shares = new float[places];
    }

    static ResizedAxis of(
            int length,
            int places,
            ImageResizing.InterpolationMode how,
            ImageResizing.SamplingMode where) {
        var axis = new ResizedAxis(length, places);
        for (int i = 0; i < places; i++) {
            if (how == ImageResizing.InterpolationMode.NEAREST_NEIGHBOR) {
                axis.left[i] = (int) ((long) i * length / places);
                continue;
            }
            double at = Math.clamp(place(where, i, length, places), 0, length - 1);
            axis.left[i] = (int) at;
            axis.shares[i] = (float) (at - axis.left[i]);
        }
        return axis;
    }

    private static double place(ImageResizing.SamplingMode where, double i, int n, int m) {
        return switch (where) {
            case DEFAULT -> i * n / m;
            case STRICT_ALIGN_CORNERS -> m == 1 ? 0 : i * (n - 1) / (m - 1);
            case ALIGN_CORNERS -> m == 1 ? (n - 1) / 2.0 : i * (n - 1) / (m - 1);
            case UNALIGN_CORNERS -> (i + 0.5) * n / m - 0.5;
            case OFFSET_CORNERS -> (i + 0.5) * Math.max(1, n - 1) / m;
        };
    }

    /** Returns the new length. */
    int places() {
        return left.length;
    }

    private int right(int i) {
        return Math.min(left[i] + 1, length - 1);
    }

    /** Returns the elements of an operand after its axis was resized. */
    double[] spread(double[] x, int[] dims, int axis) {
        int inner =
                IntStream.range(axis + 1, dims.length)
                        .map(i -> dims[i])
                        .reduce(1, Math::multiplyExact);
        int outer = IntStream.range(0, axis).map(i -> dims[i]).reduce(1, Math::multiplyExact);
        double[] y = new double[outer * places() * inner];
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < places(); i++) {
                int low = (o * length + left[i]) * inner;
                int high = (o * length + right(i)) * inner;
                for (int k = 0; k < inner; k++, at++) {
                    y[at] = x[low + k] + shares[i] * (x[high + k] - x[low + k]);
                }
            }
        }
        return y;
    }

    /** Returns the sums of gradients that reached an axis's elements by its resized ones. */
    Tensor gathered(Tensor g, int axis) {
        Shape shape = g.shape();
        if (axis == g.rank() - 1) {
            Tensor parts = Tensor.constant(parts(g.dtype(), false));
            // A vector is a matrix of one row.
            Tensor rows = g.rank() == 1 ? g.expandDims(0) : g;
            Tensor sums = rows.matmul(parts);
            return g.rank() == 1 ? sums.squeeze(0) : sums;
        }
        int outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= shape.dim(i);
        }
        int inner = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            inner *= shape.dim(i);
        }
        Tensor parts = Tensor.constant(parts(g.dtype(), true));
        Tensor sums = parts.matmul(g.reshape(outer, places(), inner));
        return sums.reshape(shape.with(axis, length).toArray());
    }

    /** Returns the part that each old element has in each new one, [places, length] or turned. */
    private NDArray parts(DType dtype, boolean isTurned) {
        double[] parts = new double[places() * length];
        for (int i = 0; i < places(); i++) {
            parts[isTurned ? left[i] * places() + i : i * length + left[i]] += 1 - shares[i];
            parts[isTurned ? right(i) * places() + i : i * length + right(i)] += shares[i];
        }
        Shape shape = isTurned ? Shape.shape(length, places()) : Shape.shape(places(), length);
        return NDArray.of(parts, new TensorType(dtype, shape));
    }
}
