package propane.samples;

import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Rounding;
import propane.spi.op.Trigonometric;
import propane.tensor.DType;

import java.util.List;

/** Samples of {@link ElementwiseUnary}. */
public final class ElementwiseUnarySamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> new ElementwiseUnary.Exp(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Exp2(d.real(d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Erf(d.real(d.shape()))),
                OpSample.of(
                        "far from 0", d -> new ElementwiseUnary.Erf(d.between(-9, 9, d.shape()))),
                OpSample.of(d -> new ElementwiseUnary.Inverse(d.positive(d.shape()), 0.25f)),
                OpSample.of(d -> new Trigonometric.Sin(d.real(d.shape()))),
                OpSample.of(d -> new Trigonometric.Cos(d.real(d.shape()))),
                OpSample.of(d -> new Trigonometric.Tan(d.between(-1, 1, d.shape()))),
                OpSample.of(d -> new Trigonometric.Asin(d.between(-0.9, 0.9, d.shape()))),
                OpSample.of(d -> new Trigonometric.Acos(d.between(-0.9, 0.9, d.shape()))),
                OpSample.of(d -> new Trigonometric.Atan(d.real(d.shape()))),
                OpSample.of(d -> new Trigonometric.Sinh(d.real(d.shape()))),
                OpSample.of(d -> new Trigonometric.Cosh(d.real(d.shape()))),
                OpSample.of(d -> new Trigonometric.Atanh(d.between(-0.9, 0.9, d.shape()))),
                OpSample.of(d -> new Rounding.Floor(d.away(d.shape(), -1, 0, 1))),
                OpSample.of(d -> new Rounding.Ceil(d.away(d.shape(), -1, 0, 1))),
                OpSample.of(d -> new Rounding.Round(d.away(d.shape(), -1.5, -0.5, 0.5, 1.5))),
                OpSample.of(d -> new Rounding.Clip(d.away(d.shape(), -0.5, 1), -0.5f, 1)),
                OpSample.of(d -> new Rounding.Threshold(d.away(d.shape(), -0.5), -0.5f)),
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
