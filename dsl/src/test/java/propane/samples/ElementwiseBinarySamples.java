package propane.samples;

import propane.spi.op.ElementwiseBinary;
import propane.spi.op.Op;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.function.BiFunction;

/** Samples of {@link ElementwiseBinary}. */
public final class ElementwiseBinarySamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                real(ElementwiseBinary.Add::new),
                real(ElementwiseBinary.Sub::new),
                real(ElementwiseBinary.Mul::new),
                real(ElementwiseBinary.RealDiv::new),
                // Quotients of these are never near a whole number.
                steps(ElementwiseBinary.FloorDiv::new),
                steps(ElementwiseBinary.Mod::new),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new ElementwiseBinary.Pow(d.positive(d.narrower(shape)), d.real(shape));
                }),
                real(ElementwiseBinary.Maximum::new),
                real(ElementwiseBinary.Minimum::new),
                real(ElementwiseBinary.Equal::new),
                real(ElementwiseBinary.NotEqual::new),
                real(ElementwiseBinary.Greater::new),
                real(ElementwiseBinary.GreaterEqual::new),
                real(ElementwiseBinary.Less::new),
                real(ElementwiseBinary.LessEqual::new),
                truth(ElementwiseBinary.LogicalAnd::new),
                truth(ElementwiseBinary.LogicalOr::new),
                truth(ElementwiseBinary.LogicalXor::new));
    }

    private static OpSample real(BiFunction<Tensor, Tensor, Op> op) {
        return OpSample.of(d -> {
            Shape shape = d.shape();
            // Either side may be the one that stretches; both may at once.
            return op.apply(d.real(d.narrower(shape)), d.real(d.narrower(shape)));
        });
    }

    private static OpSample steps(BiFunction<Tensor, Tensor, Op> op) {
        return OpSample.of(d -> {
            Shape shape = d.shape();
            Tensor x = d.between(d.number(-4, 3) + 0.1, 3.9, d.narrower(shape), 1, 2, 3);
            return op.apply(x, d.between(0.999, 1.0005, Shape.shape()));
        });
    }

    private static OpSample truth(BiFunction<Tensor, Tensor, Op> op) {
        return OpSample.of(d -> {
            Shape shape = d.shape();
            return op.apply(d.truth(shape), d.truth(d.narrower(shape)));
        });
    }
}
