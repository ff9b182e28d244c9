package propane.gradient.edges;

import static propane.gradient.edges.Edge.edge;
import static propane.gradient.edges.Edge.of;

import propane.spi.op.ElementwiseUnary.Abs;
import propane.spi.op.ElementwiseUnary.Cast;
import propane.spi.op.ElementwiseUnary.Erf;
import propane.spi.op.ElementwiseUnary.Exp;
import propane.spi.op.ElementwiseUnary.Exp2;
import propane.spi.op.ElementwiseUnary.Inverse;
import propane.spi.op.ElementwiseUnary.Log;
import propane.spi.op.ElementwiseUnary.Rsqrt;
import propane.spi.op.ElementwiseUnary.Sqrt;
import propane.spi.op.ElementwiseUnary.Square;
import propane.spi.op.Rounding.Clip;
import propane.spi.op.Rounding.Threshold;
import propane.spi.op.Trigonometric.Acos;
import propane.spi.op.Trigonometric.Asin;
import propane.spi.op.Trigonometric.Atan;
import propane.spi.op.Trigonometric.Atanh;
import propane.spi.op.Trigonometric.Cos;
import propane.spi.op.Trigonometric.Cosh;
import propane.spi.op.Trigonometric.Sin;
import propane.spi.op.Trigonometric.Sinh;
import propane.spi.op.Trigonometric.Tan;
import propane.tensor.DType;

import java.util.List;

/** Ops of one operand, element by element. */
final class UnaryEdges implements Edges {
    /** 2 / √π. */
    private static final double STEEPEST = 1.1283791670955126;

    @Override
    public List<Edge> rows() {
        return List.of(
                edge(Exp::new, of(-INF, 0, INF), of(0, 1, INF)),
                edge(Exp2::new, of(-INF, 0, INF), of(0, Math.log(2), INF)),
                edge(x -> new Log(x, 0), of(0, INF, 1), of(INF, 0, 1)),
                edge(x -> new Log(x, 0.5f), of(0, INF), of(2, 0)),
                edge(Sqrt::new, of(0, INF, 4, -1), of(INF, 0, 0.25, NAN)),
                edge(x -> new Rsqrt(x, 0), of(0, INF, 4), of(-INF, 0, -0.0625)),
                edge(x -> new Rsqrt(x, 0.25f), of(0, INF), of(-4, 0)),
                edge(x -> new Inverse(x, 0), of(0, INF, -INF, 2), of(-INF, 0, 0, -0.25)),
                edge(x -> new Inverse(x, 0.5f), of(0, INF), of(-4, 0)),
                edge(Erf::new, of(-INF, 0, INF), of(0, STEEPEST, 0)),
                edge(Abs::new, of(-INF, -1, 0, 1, INF), of(-1, -1, 0, 1, 1)),
                edge(Square::new, of(-INF, 0, INF), of(-INF, 0, INF)),
                edge("passes all", x -> new Cast(x.getFirst(), DType.FLOAT32))
                        .at(-INF, 0, NAN)
                        .cotangent(INF, 0, NAN)
                        .gives(INF, 0, NAN),
                edge(Sin::new, of(0, INF), of(1, NAN)),
                edge(Cos::new, of(0, INF), of(0, NAN)),
                edge(Tan::new, of(0), of(1)),
                edge(Asin::new, of(-1, 0, 1, 2), of(INF, 1, INF, NAN)),
                edge(Acos::new, of(-1, 0, 1, 2), of(-INF, -1, -INF, NAN)),
                edge(Atan::new, of(-INF, -1, 0, 1, INF), of(0, 0.5, 1, 0.5, 0)),
                edge(Sinh::new, of(-INF, 0, INF), of(INF, 1, INF)),
                edge(Cosh::new, of(-INF, 0, INF), of(-INF, 0, INF)),
                edge(Atanh::new, of(-1, 0, 1), of(INF, 1, INF)),
                edge(x -> new Clip(x, -1, 1), of(-INF, -1, 0, 1, INF, NAN), of(0, 1, 1, 1, 0, 0)),
                edge("outside takes nothing", x -> new Clip(x.getFirst(), -1, 1))
                        .at(-2, 0, 2)
                        .cotangent(INF, INF, NAN)
                        .gives(0, INF, 0),
                edge(x -> new Threshold(x, 1), of(-INF, 0, 1, INF), of(0, 0, 1, 1)),
                edge("below takes nothing", x -> new Threshold(x.getFirst(), 1))
                        .at(0, 2)
                        .cotangent(INF, INF)
                        .gives(0, INF));
    }
}
