package propane.samples;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorOperation;

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
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    int axis = d.axis(shape);
                    var values = new ArrayList<Tensor>();
                    for (int i = d.number(1, 3); i > 0; i--) {
                        values.add(d.real(shape.with(axis, d.number(0, 3))));
                    }
                    return new TensorOperation.Concat(values, axis, false);
                }),
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
