package propane.nn;

import propane.nn.rule.Names;
import propane.spi.op.Role;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashSet;
import java.util.Set;

/** The weights of a layer that another one takes for its own, while it is traced. */
final class Tie {
    private final ModelTrace trace;
    private final String path;
    private final Set<String> used;

    private Tie(ModelTrace trace, String path, Set<String> used) {
        this.trace = trace;
        this.path = path;
        this.used = used;
    }

    /**
     * Finds a layer with weights, seen from a scope: in it, or in one around it.
     *
     * @throws UnknownNameException if there is none
     */
    static Tie of(ModelTrace trace, String from, String to) {
        for (String around = from; ; around = above(around)) {
            String path = Names.join(around, to);
            if (trace.declared().values().stream().anyMatch(WeightFilters.under(path)::includes)) {
                return new Tie(trace, path, new LinkedHashSet<>());
            }
            if (around.isEmpty()) {
                throw unknown(trace, from, to);
            }
        }
    }

    private static String above(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    private static UnknownNameException unknown(ModelTrace trace, String from, String to) {
        var layers = new LinkedHashSet<String>();
        for (Weight weight : trace.declared().values()) {
            if (weight.role() == Role.WEIGHT) {
                layers.add(weight.path().replaceAll("/[^/]*$", ""));
            }
        }
        return UnknownNameException.among(
                "tiedTo: before " + from + " there is no layer with weights", to, layers);
    }

    /** Returns what a layer within takes from the same layer within. */
    Tie below(String name) {
        return new Tie(trace, Names.join(path, name), used);
    }

    boolean has(String name, Role role) {
        String full = Names.join(path, name);
        return role == Role.WEIGHT
                && trace.declared().containsKey(full)
                && trace.declared().get(full).role() == Role.WEIGHT;
    }

    /** Returns a weight of the other layer. */
    Tensor weight(String name, Shape shape, String asking) {
        String full = Names.join(path, name);
        if (!trace.declared().get(full).shape().equals(shape)) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "tiedTo: "
                                            + asking
                                            + " needs a "
                                            + name
                                            + " of shape "
                                            + shape
                                            + ", "
                                            + full
                                            + " is "
                                            + trace.declared().get(full).shape())
                            .operand("wanted", shape)
                            .operand("weight", trace.declared().get(full).port().tensor())
                            .fix("make both layers of one size"));
        }
        used.add(full);
        return trace.tensor(full);
    }

    /** Throws if no weight was taken. */
    void requireUse(String asking) {
        if (used.isEmpty()) {
            throw new UnknownNameException(
                    "tiedTo: "
                            + asking
                            + " asks for no weight that "
                            + path
                            + " has; there are "
                            + trace.declared().keySet().stream()
                                    .filter(weight -> weight.startsWith(path + "/"))
                                    .toList());
        }
    }
}
