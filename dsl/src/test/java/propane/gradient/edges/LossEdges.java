package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.AlignmentLoss.CtcLoss;
import propane.spi.op.AlignmentLoss.CtcLossGradient;
import propane.spi.op.LossOp.SigmoidCrossEntropy;
import propane.spi.op.SoftmaxLoss.SoftmaxCrossEntropy;
import propane.spi.op.SoftmaxLoss.SoftmaxCrossEntropyGradient;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;

/** Losses. */
final class LossEdges implements Edges {
    /** 1 / (1 + e). */
    private static final double LESS = 0.2689414213699951;

    private static Tensor label(int label) {
        return Tensor.constant(NDArray.of(new int[] {label}));
    }

    private static Tensor labels(int... labels) {
        return Tensor.constant(NDArray.of(labels, 1, labels.length));
    }

    private static Edge ofLabel(String what, int label) {
        return edge(what, x -> new SoftmaxCrossEntropy(x.getFirst(), label(label)));
    }

    @Override
    public List<Edge> rows() {
        return List.of(
                ofLabel("a class shut out", 0)
                        .at(dims(1, 3), 1, 2, -INF)
                        .gives(LESS - 1, 1 - LESS, 0),
                ofLabel("far apart", 1).at(dims(1, 3), 1e4, 0, -1e4).gives(1, -1, 0),
                ofLabel("a label that is no class", -100).at(dims(1, 2), 1, 2).gives(0, 0),
                edge("even", x -> new SoftmaxCrossEntropyGradient(x.get(0), label(0), x.get(1)))
                        .at(dims(1, 2), 0, 0)
                        .at(1)
                        .cotangent(1, 0)
                        .gives(0.25, -0.25)
                        .gives(-0.5),
                edge("far out", x -> new SigmoidCrossEntropy(x.get(0), x.get(1)))
                        .at(0, 1e4, -1e4, 1e4)
                        .at(1, 1, 0, 0)
                        .gives(-0.5, 0, 0, 1)
                        .gives(0, -1e4, 1e4, -1e4),
                edge("one step", x -> new CtcLoss(x.getFirst(), labels(1)))
                        .at(dims(1, 1, 2), 0, 0)
                        .gives(0.5, -0.5),
                edge("too long for the time", x -> new CtcLoss(x.getFirst(), labels(1, 1)))
                        .at(dims(1, 1, 2), 0, 0)
                        .gives(0, 0),
                edge("one step", x -> new CtcLossGradient(x.get(0), labels(1), x.get(1)))
                        .at(dims(1, 1, 2), 0, 0)
                        .at(1)
                        .cotangent(1, 0)
                        .gives(0.25, -0.25)
                        .gives(0.5));
    }
}
