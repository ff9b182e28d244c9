package propane.samples;

import propane.spi.op.Gathering;
import propane.spi.op.ScatterGather;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link ScatterGather}; indices outside and indices that meet are among them. */
public final class ScatterGatherSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    int axis = d.axis(shape);
                    Tensor indices = d.whole(-1, shape.dim(axis) + 1, d.shape(2));
                    return new Gathering.Gather(d.real(shape), indices, axis, 0, false);
                }),
                OpSample.of("in batches", ScatterGatherSamples::batches),
                OpSample.of(
                        "wide rows",
                        d -> {
                            Tensor indices = d.whole(-1, 4, d.shape(2));
                            return new Gathering.Gather(
                                    d.real(Shape.shape(3, 37)), indices, 0, 0, false);
                        }),
                OpSample.of(
                        "wide rows",
                        d ->
                                new Scattering.Scatter(
                                        d.real(Shape.shape(3, 37)),
                                        d.whole(-1, 4, Shape.shape(5)),
                                        d.real(Shape.shape(5, 37)),
                                        0,
                                        ScatterMode.ADD,
                                        false)),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    int axis = d.axis(shape);
                    Shape by = shape.with(axis, d.number(0, 4));
                    Tensor indices = d.whole(-1, shape.dim(axis) + 1, by);
                    return new Gathering.GatherAlongAxis(d.real(shape), indices, axis, false);
                }),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    int batches = d.number(0, shape.rank() - 1);
                    var dims = new ArrayList<>(shape.dims().subList(0, batches));
                    dims.addAll(d.shape(d.number(0, 2)).dims());
                    dims.add(d.number(1, shape.rank() - batches));
                    Tensor indices = d.whole(-1, 4, new Shape(dims));
                    return new Gathering.GatherNd(d.real(shape), indices, batches, false);
                }),
                OpSample.of(d -> scatter(d, mode(d), d.number(0, 5))),
                OpSample.of("update", ScatterGatherSamples::update),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    int axis = d.axis(shape);
                    Shape by = shape.with(axis, d.number(0, 4));
                    Tensor indices = d.whole(-1, shape.dim(axis) + 1, by);
                    return new Scattering.ScatterAlongAxis(
                            d.real(shape), indices, d.positive(by), axis, mode(d), false);
                }),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    int named = d.number(1, shape.rank());
                    Shape tuples = d.shape(d.number(0, 2));
                    var dims = new ArrayList<>(tuples.dims());
                    dims.add(named);
                    Tensor indices = d.whole(-1, 4, new Shape(dims));
                    dims.removeLast();
                    dims.addAll(shape.dims().subList(named, shape.rank()));
                    return new Scattering.ScatterNd(
                            d.real(shape), indices, d.positive(new Shape(dims)), mode(d), false);
                }));
    }

    /** Any mode in which indices may meet. */
    private static ScatterMode mode(Draw d) {
        ScatterMode mode = d.oneOf(ScatterMode.values());
        return mode == ScatterMode.UPDATE ? ScatterMode.ADD : mode;
    }

    private static ScatterGather batches(Draw d) {
        Shape shape = d.filled(d.number(2, 4));
        int batches = d.number(1, shape.rank() - 1);
        int axis = d.number(batches, shape.rank() - 1);
        var dims = new ArrayList<>(shape.dims().subList(0, batches));
        dims.addAll(d.shape(d.number(0, 2)).dims());
        Tensor indices = d.whole(-1, shape.dim(axis) + 1, new Shape(dims));
        return new Gathering.Gather(d.real(shape), indices, axis, batches, false);
    }

    private static ScatterGather scatter(Draw d, ScatterMode mode, int count) {
        Shape shape = d.filled(d.number(1, 4));
        int axis = d.axis(shape);
        Tensor indices = d.whole(-1, shape.dim(axis) + 1, Shape.shape(count));
        Tensor updates = d.positive(shape.with(axis, count));
        return new Scattering.Scatter(d.real(shape), indices, updates, axis, mode, false);
    }

    private static ScatterGather update(Draw d) {
        Shape shape = d.filled(d.number(1, 4));
        int axis = d.axis(shape);
        int count = d.number(0, shape.dim(axis));
        Tensor indices = d.different(count, shape.dim(axis));
        Tensor updates = d.real(shape.with(axis, count));
        return new Scattering.Scatter(
                d.real(shape), indices, updates, axis, ScatterMode.UPDATE, false);
    }
}
