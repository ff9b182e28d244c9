package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.AttentionProduct.ScaledDotProductAttentionGradient;
import propane.spi.op.ConstantWeight.Linear;
import propane.spi.op.Contraction.Einsum;
import propane.spi.op.Convolution.Conv;
import propane.spi.op.Convolution.ConvTranspose;
import propane.spi.op.Convolution.ConvWeightGradient;
import propane.spi.op.Linear.Matmul;
import propane.spi.op.PadType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/** Products of matrices, convolutions, attention. */
final class ProductEdges implements Edges {
    private static final List<Integer> ONE = List.of(1);
    private static final List<Integer> NONE = List.of(0, 0);
    private static final int[] IMAGE = {1, 1, 2};
    private static final int[] KERNEL = {1, 1, 1};

    /** Attention of one query over two keys. */
    private static ScaledDotProductAttention attention(List<Tensor> x, float first, float second) {
        Tensor mask = Tensor.constant(NDArray.of(new float[] {first, second}, 1, 2));
        return new ScaledDotProductAttention(
                x.get(0), x.get(1), x.get(2), List.of(mask.greater(0)), List.of());
    }

    /** The gradients of attention that sees nothing. */
    private static ScaledDotProductAttentionGradient attentionGradient(List<Tensor> x) {
        var op = attention(x, 0, 0);
        return new ScaledDotProductAttentionGradient(
                op.query(), op.key(), op.value(), op.attnMask(), op.kept(), x.get(3));
    }

    @Override
    public List<Edge> rows() {
        return List.of(
                edge("0 and infinity", x -> new Matmul(x.get(0), x.get(1), false, false))
                        .at(dims(1, 2), INF, 0)
                        .at(dims(2, 1), 2, 3)
                        .gives(2, 3)
                        .gives(INF, 0),
                edge("over nothing", x -> new Matmul(x.get(0), x.get(1), false, false))
                        .at(dims(1, 0))
                        .at(dims(0, 2))
                        .gives()
                        .gives(),
                edge("0 and infinity", x -> new Linear(x.get(0), x.get(1), x.get(2)))
                        .at(dims(1, 2), INF, 0)
                        .at(dims(1, 2), 2, 3)
                        .at(0)
                        .gives(2, 3)
                        .gives(INF, 0)
                        .gives(1),
                edge("0 and infinity", x -> new Einsum(x, "ij,jk->ik"))
                        .at(dims(1, 2), INF, 0)
                        .at(dims(2, 1), 2, 3)
                        .gives(2, 3)
                        .gives(INF, 0),
                edge(
                                "0 and infinity",
                                x -> new Conv(x.get(0), x.get(1), ONE, PadType.VALID, NONE, ONE, 1))
                        .at(IMAGE, INF, 1)
                        .at(KERNEL, 0)
                        .gives(0, 0)
                        .gives(INF),
                edge(
                                "0 and infinity",
                                x ->
                                        new ConvTranspose(
                                                x.get(0),
                                                x.get(1),
                                                NONE,
                                                List.of(1, 1, 2),
                                                PadType.CUSTOM,
                                                ONE,
                                                ONE,
                                                1))
                        .at(IMAGE, INF, 1)
                        .at(KERNEL, 0)
                        .gives(0, 0)
                        .gives(INF),
                edge(
                                "0 and infinity",
                                x ->
                                        new ConvWeightGradient(
                                                x.get(0),
                                                x.get(1),
                                                Shape.shape(KERNEL),
                                                ONE,
                                                NONE,
                                                ONE,
                                                1))
                        .at(IMAGE, INF, 0)
                        .at(IMAGE, 2, 0)
                        .gives(2, 0)
                        .gives(INF, 0),
                edge("a key that is not seen", x -> attention(x, 1, 0))
                        .at(dims(1, 1, 1), 1)
                        .at(dims(1, 2, 1), 3, NAN)
                        .at(dims(1, 2, 1), 2, INF)
                        .gives(0)
                        .gives(0, 0)
                        .gives(1, 0),
                edge("no key is seen", x -> attention(x, 0, 0))
                        .at(dims(1, 1, 1), 1)
                        .at(dims(1, 2, 1), INF, NAN)
                        .at(dims(1, 2, 1), NAN, INF)
                        .givesZeros(),
                edge("no key is seen", x -> attentionGradient(x))
                        .at(dims(1, 1, 1), 1)
                        .at(dims(1, 2, 1), INF, NAN)
                        .at(dims(1, 2, 1), NAN, INF)
                        .at(dims(1, 1, 1), 1)
                        .givesZeros(),
                edge("keys that tie", x -> attention(x, 1, 1))
                        .at(dims(1, 1, 1), 0)
                        .at(dims(1, 2, 1), 5, 5)
                        .at(dims(1, 2, 1), 2, 4)
                        .gives(0)
                        .gives(0, 0)
                        .gives(0.5, 0.5));
    }
}
