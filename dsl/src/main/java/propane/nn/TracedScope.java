package propane.nn;

import propane.nn.rule.Names;
import propane.nn.rule.WithoutSegment;
import propane.spi.Preconditions;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The scope of one application of a layer in a trace. */
final class TracedScope implements Scope {
    private static final int DEEPEST = 256;

    private final ModelTrace trace;
    private final String path;
    private final Map<String, Integer> kinds = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Tie> ties;

    TracedScope(ModelTrace trace, String path) {
        this(trace, path, List.of());
    }

    private TracedScope(ModelTrace trace, String path, List<Tie> ties) {
        this.trace = trace;
        this.path = path;
        this.ties = ties;
    }

    ModelTrace trace() {
        return trace;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Tensor weight(String name, Shape shape, Initializer initializer) {
        return declare(name, shape, initializer, Role.WEIGHT);
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        return declare(name, shape, initializer, Role.STATISTIC);
    }

    private Tensor declare(String name, Shape shape, Initializer initializer, Role role) {
        requireName(name);
        if (!names.add(name)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "two weights are named "
                                            + Names.join(path, name)
                                            + " in one layer")
                            .fix("give one of them another name"));
        }
        for (Tie tie : ties) {
            if (tie.has(name, role)) {
                return tie.weight(name, shape, path);
            }
        }
        var weight = new Weight(Names.join(path, name), shape, DType.FLOAT32, initializer, role);
        return trace.declare(weight);
    }

    private static void requireName(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new UnknownNameException(
                    Problem.ofRule("\"" + name + "\" cannot be a name")
                            .fix("use letters, digits and _, not a digit first"));
        }
    }

    @Override
    public void set(Tensor state, Tensor value) {
        if (training()) {
            trace.set(state, value);
        }
    }

    @Override
    public Tensor apply(String name, Layer layer, Tensor x) {
        Preconditions.given("apply: the layer " + name, layer);
        requireName(name);
        String below = Names.join(path, name);
        requireEnd(below);
        Tensor output;
        try {
            var scope = new TracedScope(trace, below, below(name));
            output = Preconditions.returned("the layer " + below, layer.apply(scope, x));
        } catch (PropaneException e) {
            throw e.in(below);
        }
        trace.apply(below, layer, x, output);
        return output;
    }

    @Override
    public Tensor apply(Layer layer, Tensor x) {
        if (Preconditions.given("apply: a layer in " + place(), layer)
                        instanceof WithoutSegment place
                && !place.isOnlyAtTop()) {
            return layer.apply(this, x);
        }
        int number = kinds.merge(layer.kind(), 1, Integer::sum);
        return apply(layer.kind() + "_" + number, layer, x);
    }

    /** A layer that applies itself would fill the stack, where errors come from anywhere. */
    private static void requireEnd(String path) {
        if (path.chars().filter(c -> c == '/').count() >= DEEPEST) {
            String bottom = path.substring(path.lastIndexOf('/') + 1);
            throw new PropaneException(
                    Problem.ofRule(
                                    "the model calls itself without end: layers lie more than "
                                            + DEEPEST
                                            + " deep in each other")
                            .in(bottom)
                            .fix("look for a layer that applies itself"));
        }
    }

    private String place() {
        return path.isEmpty() ? "the model" : path;
    }

    private List<Tie> below(String name) {
        return ties.stream().map(tie -> tie.below(name)).toList();
    }

    @Override
    public Tensor tied(String to, Layer layer, Tensor x) {
        Tie tie = Tie.of(trace, path, to);
        var scope = new TracedScope(trace, path, List.of(tie));
        Tensor output = Preconditions.returned("the layer " + path, layer.apply(scope, x));
        tie.requireUse(path);
        return output;
    }

    @Override
    public Tensor uniform(Shape shape) {
        return Tensor.of(
                new RandomNumbers.CounterUniform(
                        trace.seed(), trace.step(), trace.stream(path), shape));
    }

    @Override
    public Tensor normal(Shape shape) {
        return Tensor.of(
                new RandomNumbers.CounterNormal(
                        trace.seed(), trace.step(), trace.stream(path), shape));
    }

    @Override
    public boolean training() {
        return trace.trains(path);
    }
}
