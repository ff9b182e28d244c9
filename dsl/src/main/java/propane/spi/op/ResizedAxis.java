package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.stream.IntStream;

/**
 * Where the elements of an axis of another length are taken from: element i is the old one left[i]
 * plus a share of the way to the next.
 */
public final class ResizedAxis {
    private final int length;
    private final int places;
    private final ImageResizing.InterpolationMode how;
    private final ImageResizing.SamplingMode where;

    /** Takes no memory for places: shapes are inferred of lengths that nobody can ever make. */
    ResizedAxis(
            int length,
            int places,
            ImageResizing.InterpolationMode how,
            ImageResizing.SamplingMode where) {
        this.length = length;
        this.places = places;
        this.how = how;
        this.where = where;
    }

    private boolean isWhole() {
        return how == ImageResizing.InterpolationMode.NEAREST_NEIGHBOR;
    }

    private double at(int i) {
        return Math.clamp(place(where, i, length, places), 0, length - 1);
    }

    private int left(int i) {
        return isWhole() ? (int) ((long) i * length / places) : (int) at(i);
    }

    private float share(int i) {
        return isWhole() ? 0 : (float) (at(i) - left(i));
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
        return places;
    }

    private int right(int i) {
        return Math.min(left(i) + 1, length - 1);
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
                int low = (o * length + left(i)) * inner;
                int high = (o * length + right(i)) * inner;
                float share = share(i);
                for (int k = 0; k < inner; k++, at++) {
                    y[at] = x[low + k] + share * (x[high + k] - x[low + k]);
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

    /**
     * Returns the part that each old element has in each new one, [places, length] or transposed.
     */
    private NDArray parts(DType dtype, boolean isTurned) {
        Shape shape = isTurned ? Shape.shape(length, places()) : Shape.shape(places(), length);
        double[] parts = new double[shape.size()];
        for (int i = 0; i < places(); i++) {
            int left = left(i);
            parts[isTurned ? left * places() + i : i * length + left] += 1 - share(i);
            parts[isTurned ? right(i) * places() + i : i * length + right(i)] += share(i);
        }
        return NDArray.of(parts, new TensorType(dtype, shape));
    }

    /** Returns both lengths and how they go together. */
    @Override
    public String toString() {
        return length + " to " + places + ", " + how.mil() + ", " + where.mil();
    }
}
