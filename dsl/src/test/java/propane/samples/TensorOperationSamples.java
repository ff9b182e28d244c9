package propane.samples;

import propane.spi.op.BoxSelection;
import propane.spi.op.CumulativeOperation;
import propane.spi.op.PartOperation;
import propane.spi.op.Rematerialization;
import propane.spi.op.SortOperation;
import propane.spi.op.TensorOperation;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link TensorOperation}. */
public final class TensorOperationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new TensorOperation.Select(
                            d.truth(d.narrower(shape)),
                            d.real(d.narrower(shape)),
                            d.real(d.narrower(shape)));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(0, 3));
                    return new TensorOperation.OneHot(
                            d.whole(-1, 5, shape), 4, d.axis(shape.prepend(1)), 1, 0);
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(0, 3));
                    return new TensorOperation.Pad(
                            d.real(shape),
                            d.numbers(2 * shape.rank(), 0, 2),
                            TensorOperation.PadMode.CONSTANT,
                            d.fraction(-1, 1));
                }),
                OpSample.of("repeating", TensorOperationSamples::pad),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    int axis = d.axis(shape);
                    var values = new ArrayList<Tensor>();
                    for (int i = d.number(1, 3); i > 0; i--) {
                        values.add(d.real(shape.with(axis, d.number(0, 3))));
                    }
                    return new TensorOperation.Concat(values, axis, false);
                }),
                OpSample.of(
                        "taking turns",
                        d -> {
                            Shape shape = d.shape(d.number(1, 4));
                            return new TensorOperation.Concat(alike(d, shape), d.axis(shape), true);
                        }),
                OpSample.of(
                        d -> new TensorOperation.FillLike(d.real(d.shape()), NDArray.scalar(-1.5))),
                OpSample.of(d -> new TensorOperation.Fill(d.shape().dims(), NDArray.scalar(2.5))),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new TensorOperation.BroadcastTo(d.real(d.narrower(shape)), shape.dims());
                }),
                OpSample.of(
                        "of truth",
                        d -> {
                            Shape shape = d.shape();
                            return new TensorOperation.BroadcastTo(
                                    d.truth(d.narrower(shape)), shape.dims());
                        }),
                OpSample.of(d -> new TensorOperation.Identity(d.real(d.shape()))),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(0, 3));
                    return new PartOperation.Stack(alike(d, shape), d.axis(shape.prepend(1)));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    int axis = d.axis(shape);
                    var sizes = d.numbers(d.number(1, 3), 0, 3);
                    int sum = sizes.stream().mapToInt(Integer::intValue).sum();
                    return new PartOperation.Split(d.real(shape.with(axis, sum)), sizes, axis);
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(0, 3));
                    return new PartOperation.Tile(d.real(shape), d.numbers(shape.rank(), 1, 3));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    return new CumulativeOperation.Cumsum(
                            d.real(shape), d.number(0, shape.rank() - 1), d.flag(), d.flag());
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(2, 4));
                    return new CumulativeOperation.BandPart(
                            d.real(shape), d.number(-1, 2), d.number(-1, 2));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    return new SortOperation.Argsort(d.real(shape), d.axis(shape), d.flag());
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    int axis = d.axis(shape);
                    return new SortOperation.Topk(
                            d.real(shape),
                            d.number(0, shape.dim(axis)),
                            axis,
                            d.flag(),
                            d.flag(),
                            d.flag());
                }),
                OpSample.of(d -> {
                    int n = d.number(1, 2);
                    int boxes = d.number(1, 5);
                    return new BoxSelection.NonMaximumSuppression(
                            d.positive(Shape.shape(n, 4, boxes)),
                            d.real(n, d.number(1, 3), boxes),
                            d.fraction(0.1, 0.6),
                            d.number(1, 6),
                            d.flag());
                }),
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape());
                    return new Rematerialization.Rematerialized(x, x);
                }),
                OpSample.of(d ->
                        new Rematerialization.OptimizationBarrier(
                                d.real(d.shape()), d.real(d.shape()))),
                OpSample.of(d -> new TensorOperation.StopGradient(d.real(d.shape())))
                        .notDifferentiated());
    }

    private static List<Tensor> alike(Draw d, Shape shape) {
        var values = new ArrayList<Tensor>();
        for (int i = d.number(1, 3); i > 0; i--) {
            values.add(d.real(shape));
        }
        return values;
    }

    private static TensorOperation pad(Draw d) {
        Shape shape = d.shape(d.number(1, 3));
        var mode = d.oneOf(TensorOperation.PadMode.REFLECT, TensorOperation.PadMode.REPLICATE);
        var pads = new ArrayList<Integer>();
        for (int length : shape.dims()) {
            int most =
                    mode == TensorOperation.PadMode.REFLECT
                            ? Math.max(0, length - 1)
                            : 2 * Math.min(1, length);
            pads.addAll(d.numbers(2, 0, most));
        }
        return new TensorOperation.Pad(d.real(shape), pads, mode, 0);
    }
}
