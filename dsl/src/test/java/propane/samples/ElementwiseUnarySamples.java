package propane.samples;

import propane.tensor.DType;
import propane.tensor.ElementwiseUnary;

import java.util.List;

/** Samples of {@link ElementwiseUnary}. */
public final class ElementwiseUnarySamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> new ElementwiseUnary.Exp(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Log(d.positive(d.shape()), 0)),
                OpSample.of("ε", d -> new ElementwiseUnary.Log(d.positive(d.shape()), 0.25f)),
                OpSample.of(d -> new ElementwiseUnary.Sqrt(d.positive(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Rsqrt(d.positive(d.shape()), 0)),
                OpSample.of("ε", d -> new ElementwiseUnary.Rsqrt(d.positive(d.shape()), 0.25f)),
                OpSample.of(d -> new ElementwiseUnary.Abs(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Sign(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Square(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Cast(d.real(d.shape()), DType.FLOAT16)),
                OpSample.of(
                        "to integers",
                        d -> new ElementwiseUnary.Cast(d.real(d.shape()), DType.INT32)),
                OpSample.of(
                        "of truth",
                        d -> new ElementwiseUnary.Cast(d.truth(d.shape()), DType.FLOAT32)),
                OpSample.of(d -> new ElementwiseUnary.LogicalNot(d.truth(d.shape()))));
    }
}
