package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.CumulativeOperation.BandPart;
import propane.spi.op.CumulativeOperation.Cumsum;
import propane.spi.op.NormReduction.ReduceL1Norm;
import propane.spi.op.NormReduction.ReduceL2Norm;
import propane.spi.op.NormReduction.ReduceLogSum;
import propane.spi.op.NormReduction.ReduceLogSumExp;
import propane.spi.op.NormReduction.ReduceSumSquare;
import propane.spi.op.Op;
import propane.spi.op.ProductReduction.ReduceProd;
import propane.spi.op.Reduction.ReduceMax;
import propane.spi.op.Reduction.ReduceMean;
import propane.spi.op.Reduction.ReduceMin;
import propane.spi.op.Reduction.ReduceSum;
import propane.spi.op.SortOperation.Topk;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Reductions, sums so far, and the largest ones. */
final class ReductionEdges implements Edges {
    /** Makes a reduction. */
    interface Made {
        Op of(Tensor x, List<Integer> axes, boolean keepDims);
    }

    private static Edge over(String what, Made made, double... at) {
        return edge(what, x -> made.of(x.getFirst(), List.of(0), false)).at(at);
    }

    @Override
    public List<Edge> rows() {
        var rows = new ArrayList<Edge>();
        for (Made made :
                List.<Made>of(
                        ReduceSum::new,
                        ReduceProd::new,
                        ReduceL1Norm::new,
                        ReduceL2Norm::new,
                        ReduceSumSquare::new,
                        ReduceLogSum::new,
                        ReduceLogSumExp::new)) {
            rows.add(
                    edge("of nothing", x -> made.of(x.getFirst(), List.of(1), false))
                            .at(dims(2, 0))
                            .gives());
        }
        rows.addAll(
                List.of(
                        over("infinities", ReduceSum::new, INF, -INF, 0).gives(1, 1, 1),
                        over("an infinite gradient", ReduceSum::new, 0, 1)
                                .cotangent(INF)
                                .gives(INF, INF),
                        over("infinities", ReduceMean::new, INF, -INF).gives(0.5, 0.5),
                        over("ties of infinities", ReduceMax::new, INF, 1, INF).gives(0.5, 0, 0.5),
                        over("nothing but −∞", ReduceMax::new, -INF, -INF).gives(0.5, 0.5),
                        over("the others take nothing", ReduceMax::new, 1, 2)
                                .cotangent(INF)
                                .gives(0, INF),
                        over("ties of infinities", ReduceMin::new, -INF, 1, -INF)
                                .gives(0.5, 0, 0.5),
                        over("nothing but ∞", ReduceMin::new, INF, INF).gives(0.5, 0.5),
                        over("the others take nothing", ReduceMin::new, 1, 2)
                                .cotangent(INF)
                                .gives(INF, 0),
                        over("zeros", ReduceProd::new, 2, 3, 0, 5).gives(0, 0, 30, 0),
                        over("two zeros", ReduceProd::new, 2, 0, 0).gives(0, 0, 0),
                        over("0 and infinity", ReduceProd::new, INF, 0).gives(0, INF),
                        over("0 and infinity", ReduceL1Norm::new, 0, -INF, 2).gives(0, -1, 1),
                        over("zeros", ReduceL2Norm::new, 0, 0).gives(0, 0),
                        over("an infinite gradient of zeros", ReduceL2Norm::new, 0, 0)
                                .cotangent(INF)
                                .gives(0, 0),
                        over("one", ReduceL2Norm::new, 3, 4).gives(0.6, 0.8),
                        over("infinity", ReduceL2Norm::new, INF, 1).gives(NAN, 0),
                        over("0 and infinity", ReduceSumSquare::new, 0, INF).gives(0, INF),
                        over("a sum of 0", ReduceLogSum::new, 0, 0).gives(INF, INF),
                        over("infinity", ReduceLogSum::new, INF, 1).gives(0, 0),
                        over("one of −∞", ReduceLogSumExp::new, -INF, 0).gives(0, 1),
                        over("nothing but −∞", ReduceLogSumExp::new, -INF, -INF).gives(0, 0),
                        over("far apart", ReduceLogSumExp::new, 1e4, 0, -1e4).gives(1, 0, 0),
                        over("ties", ReduceLogSumExp::new, 0, 0).gives(0.5, 0.5),
                        edge("infinities", x -> new Cumsum(x.getFirst(), 0, false, false))
                                .at(INF, -INF, 0)
                                .gives(3, 2, 1),
                        edge("what is cut takes nothing", x -> new BandPart(x.getFirst(), 0, 0))
                                .at(dims(2, 2), INF, NAN, 0, 1)
                                .cotangent(1, INF, NAN, 2)
                                .gives(1, 0, 0, 2),
                        edge(
                                        "ties and infinities",
                                        x -> new Topk(x.getFirst(), 2, 0, false, true, true))
                                .at(INF, 1, -INF, 1)
                                .cotangent(2, 3)
                                .gives(2, 3, 0, 0)));
        return List.copyOf(rows);
    }
}
