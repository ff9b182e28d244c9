package propane.samples;

import propane.spi.op.PadType;
import propane.spi.op.Pool;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link Pool}. */
public final class PoolSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(PoolSamples::roots),
                OpSample.of(PoolSamples::max),
                OpSample.of(d -> {
                    Pool.MaxPool pool = max(d);
                    return new Pool.MaxPoolGradient(
                            pool.x(),
                            d.real(pool.infer().shape()),
                            pool.kernelSizes(),
                            pool.strides(),
                            pool.padType(),
                            pool.pad(),
                            pool.ceilMode());
                }),
                OpSample.of(PoolSamples::average),
                OpSample.of(d -> {
                    Pool.AvgPool pool = average(d);
                    return new Pool.AvgPoolGradient(
                            pool.x(),
                            d.real(pool.infer().shape()),
                            pool.kernelSizes(),
                            pool.strides(),
                            pool.padType(),
                            pool.pad(),
                            pool.excludePaddingFromAverage(),
                            pool.ceilMode());
                }));
    }

    private static Pool.L2Pool roots(Draw d) {
        return numbers(
                d,
                (x, kernel, strides, type, pad, ceil) ->
                        new Pool.L2Pool(x, kernel, strides, type, pad, ceil));
    }

    private static Pool.MaxPool max(Draw d) {
        return numbers(
                d,
                (x, kernel, strides, type, pad, ceil) ->
                        new Pool.MaxPool(x, kernel, strides, type, pad, ceil));
    }

    private static Pool.AvgPool average(Draw d) {
        boolean exclude = d.flag();
        return numbers(
                d,
                (x, kernel, strides, type, pad, ceil) ->
                        new Pool.AvgPool(x, kernel, strides, type, pad, exclude, ceil));
    }

    private interface Made<T> {
        T of(
                Tensor x,
                List<Integer> kernel,
                List<Integer> strides,
                PadType type,
                List<Integer> pad,
                boolean ceil);
    }

    private static <T> T numbers(Draw d, Made<T> made) {
        int rank = d.number(1, 2);
        var kernel = d.numbers(rank, 2, 3);
        var dims = new ArrayList<>(List.of(d.number(1, 2), d.number(1, 2)));
        kernel.forEach(length -> dims.add(length + d.number(0, 3)));
        // Rounded up and padded, a last window could lie in the padding alone.
        boolean ceil = d.flag();
        return made.of(
                d.real(new Shape(dims)),
                kernel,
                d.numbers(rank, 1, 2),
                d.oneOf(PadType.values()),
                d.numbers(2 * rank, 0, ceil ? 0 : 1),
                ceil);
    }
}
