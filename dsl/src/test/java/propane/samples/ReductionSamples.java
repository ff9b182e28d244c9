package propane.samples;

import propane.tensor.Op;
import propane.tensor.Reduction;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/** Samples of {@link Reduction}. */
public final class ReductionSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                axes(Reduction.ReduceSum::new),
                axes(Reduction.ReduceMean::new),
                filled(Reduction.ReduceMax::new),
                filled(Reduction.ReduceMin::new));
    }

    private interface Made {
        Op of(Tensor x, List<Integer> axes, boolean keepDims);
    }

    private static OpSample axes(Made op) {
        return OpSample.of(d -> {
            Shape shape = d.shape();
            return op.of(d.real(shape), d.axes(shape), d.flag());
        });
    }

    private static OpSample filled(Made op) {
        return OpSample.of(d -> {
            Shape shape = d.filled(d.number(0, 4));
            return op.of(d.real(shape), d.axes(shape), d.flag());
        });
    }
}
