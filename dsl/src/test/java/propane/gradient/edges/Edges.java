package propane.gradient.edges;

import java.util.List;
import java.util.stream.Stream;

/** Rows of the table for one kind of op. */
interface Edges {
    /** Infinity. */
    double INF = Double.POSITIVE_INFINITY;

    /** Not a number. */
    double NAN = Double.NaN;

    /** Returns the rows. */
    List<Edge> rows();

    /** Returns the whole table. */
    static Stream<Edge> all() {
        return Stream.of(
                        new UnaryEdges(),
                        new ActivationEdges(),
                        new BinaryEdges(),
                        new ReductionEdges(),
                        new MovingEdges(),
                        new WindowEdges(),
                        new ImageEdges(),
                        new ProductEdges(),
                        new NormalizationEdges(),
                        new RecurrentEdges(),
                        new LossEdges())
                .flatMap(part -> part.rows().stream());
    }
}
