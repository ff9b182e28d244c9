package propane.nn;

import propane.tensor.DTypeException;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Source;
import propane.tensor.Tensor;

/** The errors of layers that cannot take their input. */
final class LayerRule {
    private static final String FIX = "\n    fix: ";
    private static final String PLACE = "\n    in layer ";

    private LayerRule() {}

    /**
     * Returns the error for an input whose shape a layer cannot take.
     *
     * @param kind what the layer is
     * @param rule what was broken, with the numbers
     * @param x the input
     * @param fix what would mend it
     */
    static ShapeException shape(String kind, String rule, Tensor x, String fix) {
        String where = "\n    " + Source.here() + "\n    x        " + x;
        return new ShapeException(kind + ": " + rule + where + FIX + fix);
    }

    /**
     * Requires at least so many axes.
     *
     * @param axes what they are, for example {@code [n, channels, …]}
     */
    static void requireRank(String kind, Tensor x, int least, String axes, String fix) {
        if (x.rank() < least) {
            throw shape(kind, "needs " + axes + ", got " + x.shape(), x, fix);
        }
    }

    /** Requires numbers with channels and one to three spatial axes. */
    static void requireImages(String kind, Tensor x) {
        requireFloat(kind, x);
        if (x.rank() < 3 || x.rank() > 5) {
            throw shape(
                    kind,
                    "needs [n, channels, spatial…] with 1 to 3 spatial axes, got " + x.shape(),
                    x,
                    x.rank() == 2
                            ? "put reshape(channels, …) before it, or take dense(…)"
                            : "put reshape(channels, …) before it");
        }
    }

    /** Requires floating-point elements, which token numbers are not. */
    static void requireFloat(String kind, Tensor x) {
        if (!x.dtype().isFloat()) {
            throw new DTypeException(
                    kind
                            + ": needs floating-point elements, got "
                            + x.type()
                            + "\n    "
                            + Source.here()
                            + "\n    x        "
                            + x
                            + FIX
                            + "put embedding(vocabulary, width) before it where these are tokens,"
                            + " else declare the input with input(…)");
        }
    }

    /** Returns an error that says in which layer it happened; the innermost one is told. */
    static PropaneException in(String path, PropaneException error) {
        String text = error.getMessage();
        if (text.contains(PLACE)) {
            return error;
        }
        int fix = text.indexOf(FIX);
        int end = fix < 0 ? text.length() : fix;
        String placed = text.substring(0, end) + PLACE + path + text.substring(end);
        PropaneException told =
                error instanceof DTypeException
                        ? new DTypeException(placed)
                        : new ShapeException(placed);
        told.initCause(error);
        return told;
    }
}
