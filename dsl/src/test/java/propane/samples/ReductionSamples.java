package propane.samples;

import propane.spi.op.IndexReduction;
import propane.spi.op.NormReduction;
import propane.spi.op.Op;
import propane.spi.op.ProductReduction;
import propane.spi.op.Reduction;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/** Samples of {@link Reduction}. */
public final class ReductionSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                axes(Reduction.ReduceSum::new),
                filled(Reduction.ReduceMean::new),
                filled(Reduction.ReduceMax::new),
                filled(Reduction.ReduceMin::new),
                filled(NormReduction.ReduceL1Norm::new),
                filled(NormReduction.ReduceL2Norm::new),
                filled(NormReduction.ReduceSumSquare::new),
                filled(NormReduction.ReduceLogSumExp::new),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(0, 4));
                    return new NormReduction.ReduceLogSum(
                            d.positive(shape), d.axes(shape), d.flag());
                }),
                axes(ProductReduction.ReduceProd::new),
                OpSample.of(
                        "many",
                        d -> new ProductReduction.ReduceProd(d.real(7, 2), List.of(0), d.flag())),
                index(IndexReduction.ReduceArgmax::new),
                index(IndexReduction.ReduceArgmin::new));
    }

    private interface Made {
        Op of(Tensor x, List<Integer> axes, boolean keepDims);
    }

    private interface Chosen {
        Op of(Tensor x, int axis, boolean keepDims);
    }

    private static OpSample index(Chosen op) {
        return OpSample.of(d -> {
            Shape shape = d.filled(d.number(1, 4));
            return op.of(d.real(shape), d.axis(shape), d.flag());
        });
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
