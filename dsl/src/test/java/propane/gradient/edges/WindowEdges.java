package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.PadType;
import propane.spi.op.Pool.AvgPool;
import propane.spi.op.Pool.AvgPoolGradient;
import propane.spi.op.Pool.L2Pool;
import propane.spi.op.Pool.MaxPool;
import propane.spi.op.Pool.MaxPoolGradient;
import propane.tensor.Tensor;

import java.util.List;

/** Pools over windows of two elements. */
final class WindowEdges implements Edges {
    private static final List<Integer> TWO = List.of(2);
    private static final List<Integer> NONE = List.of(0, 0);
    private static final int[] FOUR = {1, 1, 4};

    private static MaxPool largest(Tensor x, int stride) {
        return new MaxPool(x, TWO, List.of(stride), PadType.VALID, NONE, false);
    }

    private static L2Pool root(Tensor x) {
        return new L2Pool(x, TWO, TWO, PadType.VALID, NONE, false);
    }

    private static MaxPoolGradient ofLargest(Tensor x, Tensor gradient) {
        return new MaxPoolGradient(x, gradient, TWO, TWO, PadType.VALID, NONE, false);
    }

    @Override
    public List<Edge> rows() {
        return List.of(
                edge("the first of a tie", x -> largest(x.getFirst(), 2))
                        .at(FOUR, 1, 1, -INF, -INF)
                        .cotangent(INF, 2)
                        .gives(INF, 0, 2, 0),
                edge("windows that meet", x -> largest(x.getFirst(), 1))
                        .at(FOUR, 0, 3, 3, 0)
                        .gives(0, 2, 1, 0),
                edge("the others take nothing", x -> largest(x.getFirst(), 2))
                        .at(FOUR, -1e30, -1e20, 0, INF)
                        .cotangent(INF, INF)
                        .gives(0, INF, 0, INF),
                edge("without examples", x -> largest(x.getFirst(), 2)).at(dims(0, 1, 4)).gives(),
                edge("the first of a tie", x -> ofLargest(x.get(0), x.get(1)))
                        .at(FOUR, 1, 1, 0, 1)
                        .at(dims(1, 1, 2), INF, NAN)
                        .cotangent(2, NAN, NAN, 3)
                        .gives(0, 0, 0, 0)
                        .gives(2, 3),
                edge(
                                "shares",
                                x ->
                                        new AvgPool(
                                                x.getFirst(),
                                                TWO,
                                                TWO,
                                                PadType.VALID,
                                                NONE,
                                                false,
                                                false))
                        .at(FOUR, INF, 0, NAN, -INF)
                        .gives(0.5, 0.5, 0.5, 0.5),
                edge(
                                "padding does not count",
                                x ->
                                        new AvgPool(
                                                x.getFirst(),
                                                TWO,
                                                TWO,
                                                PadType.CUSTOM,
                                                List.of(1, 1),
                                                true,
                                                false))
                        .at(FOUR, 0, 1, 2, 3)
                        .gives(1, 0.5, 0.5, 1),
                edge(
                                "shares",
                                x ->
                                        new AvgPoolGradient(
                                                x.get(0),
                                                x.get(1),
                                                TWO,
                                                TWO,
                                                PadType.VALID,
                                                NONE,
                                                false,
                                                false))
                        .at(FOUR, INF, 0, NAN, 1)
                        .at(dims(1, 1, 2), INF, 0)
                        .gives(0, 0, 0, 0)
                        .gives(1, 1),
                edge("zeros are flat", x -> root(x.getFirst()))
                        .at(FOUR, 0, 0, 3, 4)
                        .cotangent(INF, 1)
                        .gives(0, 0, 0.6, 0.8),
                edge("without examples", x -> root(x.getFirst())).at(dims(0, 1, 4)).gives());
    }
}
