package propane.nn;

import propane.tensor.Pool;
import propane.tensor.Tensor;

import java.util.Collections;
import java.util.List;

/**
 * A pool over the axes behind batch and channels.
 *
 * @param kind {@code max_pool} or {@code average_pool}
 * @param size the length of the window on each axis
 * @param stride how far it moves; at first as far as it is long
 * @param padding {@link Padding#VALID} at first; padding is never the largest value, and counts as
 *     zeros in a mean
 */
public record PoolLayer(String kind, int size, int stride, Padding padding) implements Layer {
    /** Returns this layer with a stride. */
    public PoolLayer stride(int of) {
        return new PoolLayer(kind, size, of, padding);
    }

    /** Returns this layer with another padding. */
    public PoolLayer padding(Padding of) {
        return new PoolLayer(kind, size, stride, of);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int axes = x.rank() - 2;
        List<Integer> sizes = Collections.nCopies(axes, size);
        List<Integer> strides = Collections.nCopies(axes, stride);
        List<Integer> pads = padding.pads(axes);
        return Tensor.of(
                kind.equals("max_pool")
                        ? new Pool.MaxPool(x, sizes, strides, padding.type(), pads, false)
                        : new Pool.AvgPool(x, sizes, strides, padding.type(), pads, false, false));
    }
}
