package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.AxisTransformation.ExpandDims;
import propane.spi.op.AxisTransformation.Flatten2d;
import propane.spi.op.AxisTransformation.Reverse;
import propane.spi.op.AxisTransformation.SliceBySize;
import propane.spi.op.AxisTransformation.SlidingWindows;
import propane.spi.op.AxisTransformation.Squeeze;
import propane.spi.op.BatchTransformation.BatchToSpace;
import propane.spi.op.BatchTransformation.SpaceToBatch;
import propane.spi.op.BlockTransformation.DepthToSpace;
import propane.spi.op.BlockTransformation.PixelShuffle;
import propane.spi.op.BlockTransformation.PixelUnshuffle;
import propane.spi.op.BlockTransformation.SpaceToDepth;
import propane.spi.op.BoxSelection.NonMaximumSuppression;
import propane.spi.op.Gathering.Gather;
import propane.spi.op.Gathering.GatherAlongAxis;
import propane.spi.op.Gathering.GatherNd;
import propane.spi.op.Op;
import propane.spi.op.PartOperation.Split;
import propane.spi.op.PartOperation.Stack;
import propane.spi.op.PartOperation.Tile;
import propane.spi.op.PartTransformation.Crop;
import propane.spi.op.PartTransformation.ReverseSequence;
import propane.spi.op.PartTransformation.SliceUpdate;
import propane.spi.op.Rematerialization.OptimizationBarrier;
import propane.spi.op.Rematerialization.Rematerialized;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering.Scatter;
import propane.spi.op.Scattering.ScatterAlongAxis;
import propane.spi.op.Scattering.ScatterNd;
import propane.spi.op.TensorOperation.BroadcastTo;
import propane.spi.op.TensorOperation.Concat;
import propane.spi.op.TensorOperation.Identity;
import propane.spi.op.TensorOperation.Pad;
import propane.spi.op.TensorOperation.PadMode;
import propane.spi.op.TensorTransformation.Reshape;
import propane.spi.op.TensorTransformation.SliceByIndex;
import propane.spi.op.TensorTransformation.Transpose;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Ops that move elements: each takes the gradient of its places alone, whatever others take. */
final class MovingEdges implements Edges {
    private static final double[] FOUR = {INF, NAN, 0, -INF};
    private static final double[] COTANGENT = {1, INF, NAN, 2};

    /** An op that keeps four elements in their order. */
    private static Edge kept(Function<Tensor, Op> op, int... dims) {
        return edge("keeps all", x -> op.apply(x.getFirst()))
                .at(dims, FOUR)
                .cotangent(COTANGENT)
                .gives(COTANGENT);
    }

    /** An op of four elements, and their gradients. */
    private static Edge moved(
            Function<Tensor, Op> op, int[] dims, double[] cotangent, double... g) {
        return edge("moves", x -> op.apply(x.getFirst()))
                .at(dims, FOUR)
                .cotangent(cotangent)
                .gives(g);
    }

    private static Tensor whole(int... values) {
        return Tensor.constant(NDArray.of(values));
    }

    private static Tensor column(int... values) {
        return whole(values).reshape(values.length, 1);
    }

    private static NDArray margins(int... values) {
        return NDArray.of(values, 2, 2);
    }

    @Override
    public List<Edge> rows() {
        var rows = new ArrayList<Edge>();
        rows.addAll(views());
        rows.addAll(images());
        rows.addAll(parts());
        rows.addAll(byIndex());
        return List.copyOf(rows);
    }

    private static List<Edge> views() {
        List<Boolean> no = List.of(false);
        return List.of(
                kept(Identity::new, 4),
                kept(x -> new Reshape(x, List.of(2, 2)), 4),
                kept(x -> new ExpandDims(x, List.of(0)), 4),
                kept(x -> new Squeeze(x, List.of(0)), 1, 4),
                kept(x -> new Flatten2d(x, 1), 2, 2),
                kept(x -> new Rematerialized(x, x), 4),
                edge("keeps all", x -> new OptimizationBarrier(x.get(0), x.get(1)))
                        .at(FOUR)
                        .at(FOUR)
                        .cotangent(COTANGENT)
                        .gives(COTANGENT)
                        .givesZeros(),
                moved(x -> new Transpose(x, List.of(1, 0)), dims(2, 2), COTANGENT, 1, NAN, INF, 2),
                moved(x -> new Reverse(x, List.of(0)), dims(4), COTANGENT, 2, NAN, INF, 1),
                moved(
                        x -> new SliceBySize(x, List.of(1), List.of(2)),
                        dims(4),
                        new double[] {INF, NAN},
                        0,
                        INF,
                        NAN,
                        0),
                moved(
                        x -> new SliceByIndex(x, List.of(0), List.of(4), List.of(2), no, no, no),
                        dims(4),
                        new double[] {INF, NAN},
                        INF,
                        0,
                        NAN,
                        0),
                moved(x -> new SlidingWindows(x, 0, 2, 2), dims(4), COTANGENT, 1, INF, NAN, 2),
                edge("sums what repeats", x -> new BroadcastTo(x.getFirst(), List.of(2, 2)))
                        .at(dims(2, 1), INF, 0)
                        .cotangent(1, 2, INF, 3)
                        .gives(3, INF),
                edge("over nothing", x -> new BroadcastTo(x.getFirst(), List.of(0, 2)))
                        .at(1, 2)
                        .gives(0, 0),
                edge("sums what repeats", x -> new Tile(x.getFirst(), List.of(2)))
                        .at(INF, 0)
                        .cotangent(1, INF, 2, 3)
                        .gives(3, INF));
    }

    private static List<Edge> images() {
        return List.of(
                moved(
                        x -> new SpaceToBatch(x, List.of(1, 2), margins(0, 0, 0, 0)),
                        dims(1, 1, 1, 4),
                        COTANGENT,
                        1,
                        NAN,
                        INF,
                        2),
                moved(
                        x -> new BatchToSpace(x, List.of(1, 2), margins(0, 0, 0, 0)),
                        dims(2, 1, 1, 2),
                        COTANGENT,
                        1,
                        NAN,
                        INF,
                        2),
                kept(x -> new DepthToSpace(x, 2), 1, 4, 1, 1),
                kept(x -> new SpaceToDepth(x, 2), 1, 1, 2, 2),
                kept(x -> new PixelShuffle(x, 2), 1, 4, 1, 1),
                kept(x -> new PixelUnshuffle(x, 2), 1, 1, 2, 2),
                moved(
                        x -> new Crop(x, List.of(0, 0), List.of(1, 1)),
                        dims(1, 1, 1, 4),
                        new double[] {INF, NAN},
                        0,
                        INF,
                        NAN,
                        0),
                moved(
                        x -> new Pad(x, List.of(1, 0), PadMode.CONSTANT, 0),
                        dims(4),
                        new double[] {NAN, 1, INF, 0, 2},
                        1,
                        INF,
                        0,
                        2),
                moved(
                        x -> new Pad(x, List.of(1, 0), PadMode.REFLECT, 0),
                        dims(4),
                        new double[] {5, 1, INF, 0, 2},
                        1,
                        INF,
                        0,
                        2),
                moved(
                        x -> new Pad(x, List.of(1, 1), PadMode.REPLICATE, 0),
                        dims(4),
                        new double[] {5, 1, INF, NAN, 2, 3},
                        6,
                        INF,
                        NAN,
                        5),
                edge(
                                "the chosen box takes all",
                                x -> new NonMaximumSuppression(x.get(0), x.get(1), 0.5f, 1, false))
                        .at(dims(1, 4, 2), 1, 1, 1, 1, 2, 2, 2, 2)
                        .at(dims(1, 1, 2), 1, 0)
                        .gives(1, 0, 1, 0, 1, 0, 1, 0)
                        .gives(1, 0));
    }

    private static List<Edge> parts() {
        List<Boolean> no = List.of(false);
        return List.of(
                edge("each takes its own", x -> new Concat(x, 0, false))
                        .at(INF, 0)
                        .at()
                        .at(NAN)
                        .cotangent(1, INF, NAN)
                        .gives(1, INF)
                        .gives()
                        .gives(NAN),
                edge("each takes its own", x -> new Stack(x, 0))
                        .at(INF, 0)
                        .at(NAN, 1)
                        .cotangent(1, INF, NAN, 2)
                        .gives(1, INF)
                        .gives(NAN, 2),
                edge("each takes its own", x -> new Split(x.getFirst(), List.of(2, 0, 1), 0))
                        .at(INF, 0, NAN)
                        .cotangent(INF, 2)
                        .gives(INF, 2, 1),
                edge(
                                "what is replaced takes nothing",
                                x ->
                                        new SliceUpdate(
                                                x.get(0),
                                                x.get(1),
                                                List.of(1),
                                                List.of(2),
                                                List.of(1),
                                                no,
                                                no,
                                                no))
                        .at(INF, NAN, 0)
                        .at(-INF)
                        .cotangent(1, INF, NAN)
                        .gives(1, 0, NAN)
                        .gives(INF),
                edge("moves", x -> new ReverseSequence(x.getFirst(), whole(2), 1, 0))
                        .at(dims(1, 3), INF, NAN, 0)
                        .cotangent(1, INF, NAN)
                        .gives(INF, 1, NAN));
    }

    private static List<Edge> byIndex() {
        return List.of(
                edge("outside takes nothing", x -> gathered(x.getFirst()))
                        .at(INF, NAN, 0)
                        .cotangent(1, INF, NAN, 2)
                        .gives(0, 3, 0),
                edge(
                                "outside takes nothing",
                                x ->
                                        new GatherAlongAxis(
                                                x.getFirst(), whole(1, -7, 9, 1), 0, false))
                        .at(INF, NAN, 0)
                        .cotangent(1, INF, NAN, 2)
                        .gives(0, 3, 0),
                edge(
                                "outside takes nothing",
                                x -> new GatherNd(x.getFirst(), column(1, -7, 9, 1), 0, false))
                        .at(INF, NAN, 0)
                        .cotangent(1, INF, NAN, 2)
                        .gives(0, 3, 0),
                edge(
                                "what is replaced takes nothing",
                                x ->
                                        new Scatter(
                                                x.get(0),
                                                whole(1),
                                                x.get(1),
                                                0,
                                                ScatterMode.UPDATE,
                                                false))
                        .at(INF, NAN, 0)
                        .at(-INF)
                        .cotangent(1, INF, NAN)
                        .gives(1, 0, NAN)
                        .gives(INF),
                edge(
                                "both take all",
                                x ->
                                        new ScatterAlongAxis(
                                                x.get(0),
                                                whole(1, 1),
                                                x.get(1),
                                                0,
                                                ScatterMode.ADD,
                                                false))
                        .at(0, 1, 0)
                        .at(INF, 2)
                        .cotangent(1, INF, NAN)
                        .gives(1, INF, NAN)
                        .gives(INF, INF),
                edge("a factor of 0", x -> scattered(x, ScatterMode.MUL))
                        .at(0, 2, 3)
                        .at(0, 5, 4)
                        .gives(1, 0, 4)
                        .gives(10, 0, 3),
                edge("two factors of 0", x -> scattered(x, ScatterMode.MUL))
                        .at(0, 2, 3)
                        .at(0, 0, 0)
                        .gives(1, 0, 0)
                        .gives(0, 0, 3),
                edge("a divisor of 0", x -> scattered(x, ScatterMode.DIV))
                        .at(0, 1, 3)
                        .at(0, 1, 2)
                        .gives(1, INF, 0.5)
                        .gives(-INF, -INF, -0.75),
                edge("ties share, the smaller takes nothing", x -> scattered(x, ScatterMode.MAX))
                        .at(-INF, 1, 2)
                        .at(1, 1, 0)
                        .cotangent(1, 6, INF)
                        .gives(1, 2, INF)
                        .gives(2, 2, 0),
                edge(
                                "both take all",
                                x ->
                                        new ScatterNd(
                                                x.get(0),
                                                column(1),
                                                x.get(1),
                                                ScatterMode.ADD,
                                                false))
                        .at(0, 1, 0)
                        .at(INF)
                        .cotangent(1, INF, NAN)
                        .gives(1, INF, NAN)
                        .gives(INF));
    }

    /** Two updates meet the second element, one the third. */
    private static Scatter scattered(List<Tensor> x, ScatterMode mode) {
        return new Scatter(x.get(0), whole(1, 1, 2), x.get(1), 0, mode, false);
    }

    private static Gather gathered(Tensor x) {
        return new Gather(x, whole(1, -7, 9, 1), 0, 0, false);
    }
}
