package propane.nn.layer;

import static java.util.stream.Collectors.joining;

import propane.tensor.DTypeException;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** The errors of layers that cannot take their input. */
final class LayerRule {
    private LayerRule() {}

    /**
     * Returns the error for an input whose shape a layer cannot take.
     *
     * @param kind what the layer is
     * @param rule what was broken, with the numbers
     * @param x the input
     * @param fix how to fix it
     */
    static ShapeException shape(String kind, String rule, Tensor x, String fix) {
        return new ShapeException(Problem.of(kind, rule).operand("x", x).fix(fix));
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

    /** Requires that windows slide over 1, 2 or 3 axes. */
    static void requireAxes(String kind, int axes) {
        if (axes < 1 || axes > 3) {
            throw new PropaneException(
                    Problem.ofRule(kind + ": slides over 1, 2 or 3 axes, not " + axes)
                            .operand("axes", axes));
        }
    }

    /**
     * Requires numbers with channels and the axes that windows slide over: an input without an axis
     * for channels would otherwise lose its first one to them.
     *
     * @param kind what the layer is, with the number of axes in it
     */
    static void requireImages(String kind, int axes, Tensor x) {
        requireFloat(kind, x);
        if (x.rank() == axes + 2) {
            return;
        }
        String spatial = List.of("length", "height, width", "depth, height, width").get(axes - 1);
        int[] dims = IntStream.range(1, x.rank()).map(x::dim).toArray();
        String ones =
                "reshape(1, "
                        + IntStream.of(dims).mapToObj(String::valueOf).collect(joining(", "))
                        + ") before it";
        boolean lacksChannels = x.rank() == axes + 1;
        int there = x.rank() - 2;
        String fitting =
                kind.replace(axes + "d", there + "d")
                        + " slides over "
                        + (there == 1 ? "the last axis" : "the last " + there + " axes");
        throw shape(
                kind,
                "needs [n, channels, " + spatial + "], got " + x.shape(),
                x,
                lacksChannels
                        ? "put " + ones + (axes == 1 ? ", or take dense(…)" : "; " + fitting)
                        : there >= 1 && there <= 3
                                ? fitting
                                : "put reshape(channels, " + spatial + ") before it");
    }

    /** Requires floating-point elements, which token numbers are not. */
    static void requireFloat(String kind, Tensor x) {
        if (!x.dtype().isFloat()) {
            String fix =
                    "put embedding(vocabulary, width) before it where these are tokens, else"
                            + " declare the input with input(…)";
            throw new DTypeException(
                    Problem.of(kind, "needs floating-point elements, got " + x.type())
                            .operand("x", x)
                            .fix(fix));
        }
    }
}
