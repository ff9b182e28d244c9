package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.BatchNormalization.BatchNorm;
import propane.spi.op.BatchNormalization.BatchNormGradient;
import propane.spi.op.BatchNormalization.BatchNormTraining;
import propane.spi.op.LayerNormalization.InstanceNorm;
import propane.spi.op.LayerNormalization.LayerNorm;
import propane.spi.op.LayerNormalization.LayerNormGradient;
import propane.spi.op.Normalization.GroupNorm;
import propane.spi.op.Normalization.L2Norm;
import propane.spi.op.Normalization.LocalResponseNorm;
import propane.spi.op.RmsNormalization.RmsNorm;
import propane.spi.op.RmsNormalization.RmsNormGradient;

import java.util.List;

/** Normalizations of what does not differ, with an ε of 1: nothing is divided by 0. */
final class NormalizationEdges implements Edges {
    private static final List<Integer> FIRST = List.of(0);
    private static final int[] IMAGE = {1, 1, 1, 2};
    private static final int[] COLUMN = {2, 1};

    @Override
    public List<Edge> rows() {
        return List.of(
                edge("zeros", x -> new L2Norm(x.getFirst(), 1)).at(IMAGE, 0, 0).gives(1, 1),
                edge("zeros", x -> new LocalResponseNorm(x.getFirst(), 1, 1, 0.75f, 1))
                        .at(IMAGE, 0, 0)
                        .gives(1, 1),
                edge(
                                "equal elements",
                                x -> new LayerNorm(x.getFirst(), FIRST, List.of(), List.of(), 1))
                        .at(3, 3)
                        .cotangent(1, 0)
                        .gives(0.5, -0.5),
                edge(
                                "equal elements",
                                x -> new LayerNormGradient(x.get(0), List.of(), x.get(1), FIRST, 1))
                        .at(3, 3)
                        .at(1, 0)
                        .cotangent(1, 0)
                        .gives(0, 0)
                        .gives(0.5, -0.5),
                edge("equal elements", x -> new GroupNorm(x.getFirst(), 1, List.of(), List.of(), 1))
                        .at(dims(1, 2), 3, 3)
                        .cotangent(1, 0)
                        .gives(0.5, -0.5),
                edge("equal elements", x -> new InstanceNorm(x.getFirst(), List.of(), List.of(), 1))
                        .at(dims(1, 1, 2), 3, 3)
                        .cotangent(1, 0)
                        .gives(0.5, -0.5),
                edge(
                                "a variance of 0",
                                x ->
                                        new BatchNorm(
                                                x.get(0), x.get(1), x.get(2), List.of(), List.of(),
                                                1))
                        .at(COLUMN, 5, 5)
                        .at(5)
                        .at(0)
                        .cotangent(1, 0)
                        .gives(1, 0)
                        .gives(-1)
                        .gives(0),
                // The mean has a gradient of its own, ½ for each; the deviation is flat.
                edge("equal elements", x -> new BatchNormTraining(x.get(0), x.get(1), x.get(2), 1))
                        .at(COLUMN, 3, 3)
                        .at(2)
                        .at(0)
                        .cotangent(1, 0)
                        .gives(1.5, -0.5)
                        .gives(0)
                        .gives(1),
                // The third result, the sum of all, gives 1 to each.
                edge("equal elements", x -> new BatchNormGradient(x.get(0), x.get(1), x.get(2), 1))
                        .at(COLUMN, 3, 3)
                        .at(2)
                        .at(COLUMN, 1, 0)
                        .cotangent(1, 0)
                        .gives(0.5, -0.5)
                        .gives(0.5)
                        .gives(2, 0),
                edge("zeros", x -> new RmsNorm(x.getFirst(), FIRST, List.of(), 1))
                        .at(0, 0)
                        .gives(1, 1),
                edge("zeros", x -> new RmsNormGradient(x.get(0), x.get(1), FIRST, 1))
                        .at(0, 0)
                        .at(1, 2)
                        .gives(0, 0)
                        .gives(1, 1));
    }
}
