package propane.nn;

import propane.nn.rule.Names;
import propane.nn.rule.WithoutSegment;
import propane.spi.Graph;
import propane.spi.Preconditions;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model as a value: inputs, a body that is traced, and which weights are frozen. It holds no
 * weights, only how they start; every method returns another model and leaves this one as it is.
 */
public final class Model {
    /** The size of the batch that a model traces itself with when it is made. */
    public static final int SOME_BATCH = 2;

    private final List<Input> inputs;
    private final Body body;
    private final Set<String> frozen;
    private final Map<String, NDArray> values;
    private final Map<String, Weight> weights;
    private final ModelTrace dry;
    private final Tensors results;

    private Model(List<Input> inputs, Body body, Set<String> frozen, Map<String, NDArray> values) {
        this.inputs = List.copyOf(inputs);
        this.body = body;
        this.dry = new ModelTrace(false, _ -> false, Map.of());
        this.results = apply(dry, placeholders(SOME_BATCH));
        List<String> outputs = results.names();
        if (inputs.isEmpty() || outputs.isEmpty()) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "model: has inputs "
                                            + this.inputs.stream().map(Input::name).toList()
                                            + " and outputs "
                                            + outputs)
                            .fix("give it one of each at least"));
        }
        for (Input input : inputs) {
            if (dry.declared().containsKey(input.name())) {
                throw new UnknownNameException(
                        Problem.ofRule("model: an input and a weight are named " + input.name())
                                .fix("give one of them another name"));
            }
        }
        var used = Graph.inputs(List.copyOf(results.values()));
        this.weights = new LinkedHashMap<>();
        for (Weight weight : dry.declared().values()) {
            // What a cut left without a use is no part of the model.
            if (used.contains(weight.port())) {
                weights.put(weight.path(), weight);
            }
        }
        // Nothing of what a cut removed holds for what may come in its place.
        this.frozen = new HashSet<>(frozen);
        this.frozen.retainAll(weights.keySet());
        this.values = new HashMap<>(values);
        this.values.keySet().retainAll(weights.keySet());
    }

    /** Makes a model that differs in what is frozen and how weights start; it is traced no more. */
    private Model(Model from, Set<String> frozen, Map<String, NDArray> values) {
        this.inputs = from.inputs;
        this.body = from.body;
        this.frozen = Set.copyOf(frozen);
        this.values = Map.copyOf(values);
        this.dry = from.dry;
        this.results = from.results;
        this.weights = from.weights;
    }

    /** The traced body of a model with several inputs or outputs. */
    @FunctionalInterface
    public interface Body {
        /** Returns the outputs, given the inputs by name. */
        Tensors apply(Scope scope, Tensors inputs);
    }

    /** Returns a model of one input and one output, named {@code output}. */
    public static Model model(Input input, Layer layer) {
        Preconditions.given("model: input", input);
        Preconditions.given("model: layer", layer);
        return model(
                List.of(input), (scope, in) -> Tensors.tensors("output", top(scope, layer, in)));
    }

    /** Returns a model of named inputs and outputs. */
    public static Model model(List<Input> inputs, Body body) {
        Preconditions.given("model: inputs", inputs);
        Preconditions.given("model: body", body);
        return new Model(inputs, body, Set.of(), Map.of());
    }

    /** A sequence at the top adds no segment of its own to the paths. */
    private static Tensor top(Scope scope, Layer layer, Tensors in) {
        return layer instanceof WithoutSegment
                ? layer.apply(scope, in.only())
                : scope.apply(layer, in.only());
    }

    /**
     * Returns a model that ends where this one has computed the output of a layer.
     *
     * @param path the layer's path, as {@link #summary} shows it
     * @throws UnknownNameException if there is no such layer
     */
    public Model truncateAt(String path) {
        Preconditions.given("truncateAt: path", path);
        Body cut =
                (scope, in) -> {
                    body.apply(scope, in);
                    return Tensors.tensors(
                            "output", ((TracedScope) scope).trace().truncatedAt(path));
                };
        return new Model(inputs, cut, frozen, values);
    }

    /** Returns a model that passes this one's only output through a further layer. */
    public Model append(Layer head) {
        Preconditions.given("append: head", head);
        Body longer =
                (scope, in) -> Tensors.tensors("output", top(scope, head, body.apply(scope, in)));
        return new Model(inputs, longer, frozen, values);
    }

    /**
     * Returns this model with more weights frozen: those it has now, not those that {@link #append}
     * adds. A frozen part behaves as at inference: its weights and statistics stand still, its
     * dropout is off, and nothing is differentiated there.
     *
     * @throws UnknownNameException if the selection matches no weight
     */
    public Model freeze(WeightFilter which) {
        Preconditions.given("freeze: which", which);
        requireMatch("freeze", which);
        var more = new HashSet<>(frozen);
        selected(which).forEach(more::add);
        return new Model(this, more, values);
    }

    /**
     * Returns this model with fewer weights frozen.
     *
     * @throws UnknownNameException if the selection matches no weight
     */
    public Model unfreeze(WeightFilter which) {
        Preconditions.given("unfreeze: which", which);
        requireMatch("unfreeze", which);
        var fewer = new HashSet<>(frozen);
        selected(which).forEach(fewer::remove);
        return new Model(this, fewer, values);
    }

    private Stream<String> selected(WeightFilter which) {
        return weights.values().stream().filter(which::includes).map(Weight::path);
    }

    /**
     * Returns this model with values that its weights start from.
     *
     * @param start values by path; weights without one start as their layer says
     * @throws UnknownNameException if there is no weight at a path
     * @throws ShapeException if a value does not have its weight's shape
     * @throws propane.tensor.NumericException if an element is not a number
     */
    public Model withWeights(Map<String, NDArray> start) {
        Preconditions.given("withWeights: start", start);
        start.forEach((path, value) -> {
            if (!weights.containsKey(path)) {
                throw UnknownNameException.among("withWeights: no weight", path, weights.keySet());
            }
            if (!weights.get(path).port().type().equals(value.type())) {
                Tensor weight = weights.get(path).port().tensor();
                String rule = "a value must have its weight's type, got " + value.type();
                throw new ShapeException(
                        Problem.of("withWeights", rule)
                                .operand("weight", weight)
                                .operand("value", value)
                                .fix("give one of that shape and element type, " + weight.type()));
            }
            Preconditions.numbers("withWeights: " + path, value);
        });
        var all = new LinkedHashMap<>(values);
        all.putAll(start);
        return new Model(this, frozen, all);
    }

    /**
     * Requires that a selection matches a weight, frozen or not.
     *
     * @param method what the selection is for, to be told in the error
     * @throws UnknownNameException if it matches none, or a path in it does; it names the nearest
     */
    public void requireMatch(String method, WeightFilter which) {
        Preconditions.given("requireMatch: method", method);
        Preconditions.given("requireMatch: which", which);
        for (WeightFilter.Under each : WeightFilters.paths(which)) {
            if (matchesNone(each)) {
                throw UnknownNameException.among(
                        method + ": the selection " + each + " matches no weight; nothing is",
                        each.path(),
                        places());
            }
        }
        if (matchesNone(which)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    method
                                            + ": the selection "
                                            + Names.text(which, "of weights")
                                            + " matches no weight")
                            .fix("select some of " + weights.keySet()));
        }
    }

    private boolean matchesNone(WeightFilter which) {
        return weights.values().stream().noneMatch(which::includes);
    }

    /** Returns the paths of parts of any depth, the outermost first, and then those of weights. */
    private List<String> places() {
        var parts =
                weights.keySet().stream()
                        .flatMap(Names::above)
                        .distinct()
                        .sorted(
                                Comparator.comparingLong(
                                        path -> path.chars().filter(c -> c == '/').count()));
        return Stream.concat(parts, weights.keySet().stream()).distinct().toList();
    }

    /** Returns the inputs. */
    public List<Input> inputs() {
        return inputs;
    }

    /** Returns the names of the outputs. */
    public List<String> outputs() {
        return results.names();
    }

    /** Returns the trace that a model makes of itself when it is made, of some batch. */
    ModelTrace dry() {
        return dry;
    }

    /** Returns the layers that the outputs are made of, by path, in order. */
    Map<String, ModelTrace.LayerTrace> layers() {
        Set<Operation> used = Collections.newSetFromMap(new IdentityHashMap<>());
        used.addAll(Graph.operations(List.copyOf(results.values())));
        var layers = new LinkedHashMap<>(dry.applied());
        layers.values().removeIf(layer -> !used.contains(layer.output().operation()));
        return layers;
    }

    /**
     * Returns the outputs as the model traced itself when it was made, in prediction and for a
     * batch of two; nothing is traced anew.
     */
    public Tensors dryOutputs() {
        return results;
    }

    /**
     * Returns the type of an output for batches of a size; nothing is traced anew.
     *
     * @throws UnknownNameException if there is no such output
     */
    public TensorType output(String name, int batch) {
        TensorType type = results.at(name).type();
        if (type.shape().rank() == 0 || type.shape().dim(0) != SOME_BATCH) {
            return type;
        }
        var dims = new ArrayList<>(type.shape().dims());
        dims.set(0, batch);
        return new TensorType(type.dtype(), new Shape(dims));
    }

    /** Returns the weights, without statistics, in the order of their declaration. */
    public List<Weight> parameters() {
        return weights.values().stream().filter(w -> w.role() == Role.WEIGHT).toList();
    }

    /** Returns the weights that a training moves. */
    public List<Weight> trainable() {
        return parameters().stream().filter(w -> !isFrozen(w)).toList();
    }

    /**
     * Returns weights and buffers, such as running statistics: all that must be kept to use the
     * model.
     */
    public List<Weight> variables() {
        return List.copyOf(weights.values());
    }

    /** Returns the value that a weight or statistic starts from. */
    public NDArray start(Weight weight, long seed) {
        Preconditions.given("start: weight", weight);
        return values.containsKey(weight.path())
                ? values.get(weight.path())
                : NDArray.of(
                        Preconditions.returned(
                                "the initializer of " + weight.path(),
                                weight.initializer().values(weight.shape(), seed, weight.path())),
                        weight.shape());
    }

    /** Returns a new trace of this model. */
    public ModelTrace trace(boolean training) {
        return new ModelTrace(training, this::isFrozen, weights);
    }

    /** Returns the outputs of this model in a trace. */
    public Tensors apply(ModelTrace trace, Tensors in) {
        Preconditions.given("apply: trace", trace);
        Preconditions.given("apply: in", in);
        for (Input input : inputs) {
            Tensor given = in.at(input.name());
            Port port = input.port(given.rank() == 0 ? 1 : given.dim(0));
            if (!port.type().equals(given.type())) {
                throw new ShapeException(
                        Problem.ofRule("model: input " + port + " was given " + given)
                                .operand("port", port.tensor())
                                .operand("given", given)
                                .fix(
                                        "pass a batch of shape [n, …] of the input's shape "
                                                + input.shape()));
            }
        }
        return Preconditions.traced("the model", () -> body.apply(trace.root(), in));
    }

    /** Returns tensors that stand for a batch of inputs. */
    public Tensors placeholders(int batch) {
        var named = new LinkedHashMap<String, Tensor>();
        for (Input input : inputs) {
            if (named.put(input.name(), input.port(batch).tensor()) != null) {
                throw new UnknownNameException(
                        Problem.ofRule("model: two inputs are named " + input.name())
                                .fix("give each a name of its own"));
            }
        }
        return new Tensors(named);
    }

    private boolean isFrozen(Weight weight) {
        return frozen.contains(weight.path());
    }

    /** The part around a path is frozen if it has weights and all of them are. */
    private boolean isFrozen(String path) {
        for (String part = path; ; part = above(part)) {
            var under = part.isEmpty() ? WeightFilters.all() : WeightFilters.under(part);
            var own = parameters().stream().filter(under::includes).toList();
            if (!own.isEmpty()) {
                return own.stream().allMatch(this::isFrozen);
            }
            if (part.isEmpty()) {
                return false;
            }
        }
    }

    private static String above(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    /**
     * Returns a table of the layers: path, output for each example, number of weights, which add up
     * to the last line, and over how many axes a layer slides.
     */
    public String summary() {
        return ModelSummary.of(this);
    }

    /** Returns inputs, outputs and the number of weights. */
    @Override
    public String toString() {
        return inputs.stream()
                .map(input -> input.name() + input.shape())
                .collect(Collectors.joining(", ", "model(", ") -> " + outputs()));
    }
}
