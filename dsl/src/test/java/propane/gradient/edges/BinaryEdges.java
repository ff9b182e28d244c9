package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.ElementwiseBinary.Add;
import propane.spi.op.ElementwiseBinary.Maximum;
import propane.spi.op.ElementwiseBinary.Minimum;
import propane.spi.op.ElementwiseBinary.Mod;
import propane.spi.op.ElementwiseBinary.Mul;
import propane.spi.op.ElementwiseBinary.Pow;
import propane.spi.op.ElementwiseBinary.RealDiv;
import propane.spi.op.ElementwiseBinary.Sub;
import propane.spi.op.TensorOperation.Select;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;

/** Ops of two operands, element by element, and the choice between two. */
final class BinaryEdges implements Edges {
    private static final double[] X = {1, 1, 1, -INF, INF, 0, NAN};
    private static final double[] Y = {-INF, 0, 5, -INF, INF, 0, 1};

    @Override
    public List<Edge> rows() {
        return List.of(
                edge("infinities", x -> new Add(x.get(0), x.get(1)))
                        .at(INF, -INF, 0)
                        .at(-INF, 0, INF)
                        .gives(1, 1, 1)
                        .gives(1, 1, 1),
                edge("broadcast over nothing", x -> new Add(x.get(0), x.get(1)))
                        .at(dims(0, 2))
                        .at(1, 2)
                        .gives()
                        .gives(0, 0),
                edge("infinities", x -> new Sub(x.get(0), x.get(1)))
                        .at(INF, -INF, 0)
                        .at(-INF, 0, INF)
                        .gives(1, 1, 1)
                        .gives(-1, -1, -1),
                edge("0 and infinity", x -> new Mul(x.get(0), x.get(1)))
                        .at(0, INF, 0)
                        .at(INF, 2, 0)
                        .gives(INF, 2, 0)
                        .gives(0, INF, 0),
                edge("by 0 and by infinity", x -> new RealDiv(x.get(0), x.get(1)))
                        .at(1, 0, 1, 0)
                        .at(0, 2, INF, 0)
                        .gives(INF, 0.5, 0, INF)
                        .gives(-INF, 0, 0, NAN),
                edge("at multiples", x -> new Mod(x.get(0), x.get(1)))
                        .at(5, 4, -1, 0)
                        .at(3, 2, 3, 1)
                        .gives(1, 1, 1, 1)
                        .gives(-1, -2, 1, 0),
                edge("of 0", x -> new Pow(x.get(0), x.get(1)))
                        .at(0, 0, 0, 0, 0, 0, 0)
                        .at(0, 0.5, 1, 2, 3, -1, -2)
                        .gives(0, INF, 1, 0, 0, -INF, -INF)
                        .gives(0, 0, 0, 0, 0, -INF, -INF),
                edge("by 0", x -> new Pow(x.get(0), x.get(1)))
                        .at(-2, 1, INF)
                        .at(0, 0, 0)
                        .cotangent(INF, 1, 1)
                        .gives(0, 0, 0)
                        .gives(NAN, 0, INF),
                edge("of a negative base", x -> new Pow(x.get(0), x.get(1)))
                        .at(-2, -2, -2)
                        .at(2, -1, 3)
                        .gives(-4, -0.25, 12)
                        .gives(NAN, NAN, NAN),
                edge("an infinite gradient of what is flat", x -> new Pow(x.get(0), x.get(1)))
                        .at(0)
                        .at(2)
                        .cotangent(INF)
                        .gives(NAN)
                        .gives(0),
                edge("a known exponent", x -> new Pow(x.getFirst(), Tensor.constant(0)))
                        .at(0, -1, INF)
                        .cotangent(1, INF, 1)
                        .gives(0, 0, 0),
                edge("a known root", x -> new Pow(x.getFirst(), Tensor.constant(0.5)))
                        .at(0, 4, INF)
                        .gives(INF, 0.25, 0),
                edge("a known square", x -> new Pow(x.getFirst(), Tensor.constant(2)))
                        .at(0, -INF, INF)
                        .gives(0, -INF, INF),
                edge("ties, infinities, no number", x -> new Maximum(x.get(0), x.get(1)))
                        .at(X)
                        .at(Y)
                        .gives(1, 1, 0, 0.5, 0.5, 0.5, 1)
                        .gives(0, 0, 1, 0.5, 0.5, 0.5, 1),
                edge("the smaller takes nothing", x -> new Maximum(x.get(0), x.get(1)))
                        .at(1, 2)
                        .at(2, 2)
                        .cotangent(INF, INF)
                        .gives(0, INF)
                        .gives(INF, INF),
                edge("ties, infinities, no number", x -> new Minimum(x.get(0), x.get(1)))
                        .at(X)
                        .at(Y)
                        .gives(0, 0, 1, 0.5, 0.5, 0.5, 1)
                        .gives(1, 1, 0, 0.5, 0.5, 0.5, 1),
                edge("the larger takes nothing", x -> new Minimum(x.get(0), x.get(1)))
                        .at(1, 2)
                        .at(2, 2)
                        .cotangent(INF, INF)
                        .gives(INF, INF)
                        .gives(0, INF),
                edge("what is not taken takes nothing", x -> select(x))
                        .at(1, NAN, 1, INF)
                        .at(INF, 2, NAN, -INF)
                        .cotangent(1, INF, NAN, 1)
                        .gives(1, 0, NAN, 0)
                        .gives(0, INF, 0, 1));
    }

    private static Select select(List<Tensor> x) {
        Tensor number = Tensor.constant(NDArray.of(new float[] {1, -1, 1, -1}));
        return new Select(number.greater(0), x.get(0), x.get(1));
    }
}
