package propane.gradient.edges;

import static propane.gradient.edges.Edge.edge;
import static propane.gradient.edges.Edge.of;

import propane.tensor.DType;
import propane.tensor.ElementwiseUnary.Abs;
import propane.tensor.ElementwiseUnary.Cast;
import propane.tensor.ElementwiseUnary.Erf;
import propane.tensor.ElementwiseUnary.Exp;
import propane.tensor.ElementwiseUnary.Exp2;
import propane.tensor.ElementwiseUnary.Inverse;
import propane.tensor.ElementwiseUnary.Log;
import propane.tensor.ElementwiseUnary.Rsqrt;
import propane.tensor.ElementwiseUnary.Sqrt;
import propane.tensor.ElementwiseUnary.Square;
import propane.tensor.Rounding.Clip;
import propane.tensor.Rounding.Threshold;
import propane.tensor.Trigonometric.Acos;
import propane.tensor.Trigonometric.Asin;
import propane.tensor.Trigonometric.Atan;
import propane.tensor.Trigonometric.Atanh;
import propane.tensor.Trigonometric.Cos;
import propane.tensor.Trigonometric.Cosh;
import propane.tensor.Trigonometric.Sin;
import propane.tensor.Trigonometric.Sinh;
import propane.tensor.Trigonometric.Tan;

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
