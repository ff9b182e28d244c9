package propane.nn;

import propane.nn.rule.Randomness;
import propane.spi.op.Role;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One tracing of a model: what its layers declared, and the tensors that stand for it. A model may
 * be applied several times in one trace; weights are then shared and statistics follow each other.
 */
public final class ModelTrace {
    private final boolean training;
    private final Predicate<String> frozen;
    private final Map<String, Weight> known;
    private Map<String, Tensor> instead = Map.of();
    private final Tensor seed = Randomness.SEED.tensor();
    private final Tensor step = Randomness.STEP.tensor();
    private final Map<String, Weight> declared = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<Tensor, String> states = new IdentityHashMap<>();
    private final Map<String, Tensor> next = new LinkedHashMap<>();
    private final Map<String, Layer> layers = new HashMap<>();
    private final Map<String, LayerTrace> applied = new LinkedHashMap<>();
    private final Map<String, Integer> streams = new HashMap<>();

    /**
     * Starts a trace.
     *
     * @param training whether layers are being trained
     * @param frozen whether the layer at a path stands in a frozen part
     * @param known the weights that are known before, by path
     */
    ModelTrace(boolean training, Predicate<String> frozen, Map<String, Weight> known) {
        this.training = training;
        this.frozen = frozen;
        this.known = known;
    }

    /**
     * Returns what a trace makes while other values stand in place of weights.
     *
     * @param values the values by path, of the weights' types
     */
    public <R> R with(Map<String, Tensor> values, Supplier<R> body) {
        Map<String, Tensor> before = instead;
        instead = values;
        try {
            return body.get();
        } finally {
            instead = before;
        }
    }

    /** Returns what was declared, by path, in order. */
    public Map<String, Weight> declared() {
        return declared;
    }

    /**
     * Returns the tensor of a declared weight as it enters the program.
     *
     * @throws UnknownNameException if there is none at the path
     */
    public Tensor tensor(String path) {
        if (!tensors.containsKey(path) && known.containsKey(path)) {
            declared.put(path, known.get(path));
            tensors.put(path, known.get(path).port().tensor());
        }
        if (!tensors.containsKey(path)) {
            throw UnknownNameException.among("model: no weight", path, tensors.keySet());
        }
        return tensors.get(path);
    }

    /** Returns the next values of the statistics that were set, by path. */
    public Map<String, Tensor> nextStates() {
        return next;
    }

    /** Returns the layers that were applied, by path, in order. */
    Map<String, LayerTrace> applied() {
        return applied;
    }

    /**
     * Returns the output of a layer and forgets the layers that were applied after it.
     *
     * @throws UnknownNameException if there is no such layer
     */
    Tensor truncatedAt(String path) {
        if (!applied.containsKey(path)) {
            throw UnknownNameException.among("truncateAt: no layer", path, applied.keySet());
        }
        var paths = List.copyOf(applied.keySet());
        applied.keySet().removeAll(paths.subList(paths.indexOf(path) + 1, paths.size()));
        return applied.get(path).output();
    }

    /** Returns the scope at the top. */
    Scope root() {
        return new TracedScope(this, "");
    }

    boolean trains(String path) {
        return training && !frozen.test(path);
    }

    Tensor seed() {
        return seed;
    }

    Tensor step() {
        return step;
    }

    /** Returns a name for the next stream of random numbers drawn at a path. */
    String stream(String path) {
        int drawn = streams.merge(path, 1, Integer::sum);
        return drawn == 1 ? path : path + "#" + drawn;
    }

    Tensor declare(Weight weight) {
        Weight before = declared.putIfAbsent(weight.path(), weight);
        if (before != null
                && (before.role() != weight.role() || !before.shape().equals(weight.shape()))) {
            throw new ShapeException(
                    Problem.ofRule(
                                    weight.path()
                                            + ": declared with shape "
                                            + weight.shape()
                                            + ", before with "
                                            + before.shape())
                            .operand("weight", weight.port().tensor())
                            .operand("before", before.port().tensor())
                            .fix(
                                    "a layer that is applied twice under one name shares its"
                                        + " weights, so both inputs must have one shape; else give"
                                        + " the applications different names"));
        }
        Tensor tensor = tensors.computeIfAbsent(weight.path(), _ -> weight.port().tensor());
        if (weight.role() != Role.STATISTIC) {
            return instead.getOrDefault(weight.path(), tensor);
        }
        Tensor current = next.getOrDefault(weight.path(), tensor);
        states.put(current, weight.path());
        return current;
    }

    void set(Tensor state, Tensor value) {
        if (!states.containsKey(state)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "set: the first operand is no buffer of this model, but "
                                            + state)
                            .operand("state", state));
        }
        String path = states.get(state);
        TensorType type = declared.get(path).port().type();
        if (!value.type().equals(type)) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "set: the buffer "
                                            + path
                                            + " is "
                                            + type
                                            + ", the value "
                                            + value)
                            .operand("buffer", declared.get(path).port().tensor())
                            .operand("value", value));
        }
        next.put(path, value);
        states.put(value, path);
    }

    /** Notes that a layer was applied, and that no other one goes by the same name. */
    void apply(String path, Layer layer, Tensor input, Tensor output) {
        Layer before = layers.putIfAbsent(path, layer);
        if (before != null && !before.equals(layer)) {
            throw new UnknownNameException(
                    Problem.ofRule("two different layers are named " + path)
                            .fix("give one of them another name"));
        }
        applied.put(path, new LayerTrace(path, layer, input, output));
    }

    /**
     * One application of a layer.
     *
     * @param path the layer's path
     * @param layer the layer
     * @param input what it was given
     * @param output what it returned
     */
    record LayerTrace(String path, Layer layer, Tensor input, Tensor output) {}

    /** Returns how much was declared and applied. */
    @Override
    public String toString() {
        return "a trace of "
                + applied.size()
                + " layers and "
                + declared.size()
                + " weights"
                + (training ? ", in training" : "");
    }
}
