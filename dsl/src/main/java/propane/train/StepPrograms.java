package propane.train;

import propane.nn.Input;
import propane.nn.Metric;
import propane.nn.Model;
import propane.nn.Optimizer;
import propane.nn.Randomness;
import propane.nn.Schedule;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.tensor.DType;
import propane.tensor.Graph;
import propane.tensor.NDArray;
import propane.tensor.Once;
import propane.tensor.Operation;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;
import propane.tensor.Setting;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The functions that a training becomes for batches of one size. */
final class StepPrograms {
    /** The result that tells the norm of all gradients as optimizers have them. */
    static final String GRADIENT_NORM = "step/gradient_norm";

    private final Training training;
    private final int batch;
    private final boolean scaled;
    private final Once<StepGraph> trained = new Once<>(() -> graph(true));
    private final Once<StepGraph> still = new Once<>(() -> graph(false));

    /**
     * Prepares the functions; the step is traced once as it trains and once as it evaluates and
     * predicts, when one of their functions is first asked for.
     *
     * @param scaled whether the loss is scaled before it is differentiated
     */
    StepPrograms(Training training, int batch, boolean scaled) {
        this.training = training;
        this.scaled = scaled;
        this.batch = batch;
    }

    private StepGraph graph(boolean trains) {
        StepGraph first = graph(trains, Map.of());
        Map<String, Integer> repeats = new HashMap<>(first.trace().repeats());
        repeats.values().removeIf(times -> times == 1);
        // How often an optimizer updates within a step shows when the step is over.
        StepGraph graph = repeats.isEmpty() ? first : graph(trains, repeats);
        if (trains) {
            if (training.average() > 0) {
                graph.trace().average(training.average());
            }
            graph.trace().end();
            requireNames(graph.trace(), graph.report());
        }
        return graph;
    }

    private StepGraph graph(boolean trains, Map<String, Integer> repeats) {
        double share = (double) batch / training.batch();
        var trace =
                new StepTrace(
                        training.model(), trains, share, training.accumulate(), scaled, repeats);
        var targets = new LinkedHashMap<String, Tensor>();
        for (Input target : training.targets()) {
            targets.put(target.name(), target.port(batch).tensor());
        }
        var inputs = training.model().placeholders(batch);
        var examples = new Examples(inputs, new Tensors(targets));
        Step step = training.step();
        Report report =
                Setting.traced(
                        "the step",
                        () -> step.trace(new TracedModel(trace, "", Map.of()), examples));
        return new StepGraph(trace, inputs, report);
    }

    private void requireNames(StepTrace trace, Report report) {
        var names = new TakenNames(training.model(), training.targets());
        for (StepTrace.Slot slot : trace.slots().values()) {
            if (slot.port().role() == Role.SLOT) {
                names.takeState("the slot", slot.port().name());
            }
        }
        for (String optimizer : trace.rates().keySet()) {
            names.takeState("the learning rate", StepTrace.ratePort(optimizer).name());
        }
        trace.scheduled().keySet().forEach(name -> names.takeState("the setting", name));
        report.values().keySet().stream()
                .filter(metric -> !(metric instanceof MeanLoss))
                .forEach(names::requireFree);
    }

    private StepTrace trace() {
        return trained.value().trace();
    }

    private Report report() {
        return trained.value().report();
    }

    /** Returns what the step reports and the weights that it makes. */
    List<Tensor> values() {
        return Stream.concat(
                        report().values().values().stream(), trace().updated().values().stream())
                .toList();
    }

    /** Returns the model's outputs as the step trains them, by name. */
    Map<String, Tensor> outputs() {
        return trained.value().outputs().named();
    }

    /** Returns the metrics that a step reports, by name. */
    Map<String, Metric> metrics() {
        return report().values().keySet().stream()
                .collect(Collectors.toMap(Metric::name, Function.identity()));
    }

    /** Returns the learning rates by the names of their optimizers. */
    Map<String, Schedule> rates() {
        return trace().rates();
    }

    /** Returns the settings beside learning rates that follow schedules, by their ports' names. */
    Map<String, ScheduledSetting> scheduled() {
        return trace().scheduled();
    }

    /** Returns the optimizers by their names. */
    Map<String, Optimizer> optimizers() {
        return trace().optimizers();
    }

    /** Returns the slots, which start as their initializers say. */
    List<StepTrace.Slot> slots() {
        return List.copyOf(trace().slots().values());
    }

    /** Returns the weights that the step updates. */
    Set<String> updated() {
        return trace().updated().keySet();
    }

    /** Returns the weights that were to be updated and that no loss depends on. */
    Set<String> unreached() {
        return trace().unreached();
    }

    /** A whole step: from a batch and the state to results and the next state. */
    Program.Function train() {
        var outputs = results(report(), _ -> true);
        outputs.addAll(norm());
        outputs.addAll(trace().moves());
        return Program.Function.of("train", outputs);
    }

    /** A step that only adds its gradients to those of the batches before. */
    Program.Function accumulate() {
        var outputs = results(report(), value -> !reaches(value, rawGradients()));
        outputs.addAll(norm());
        outputs.addAll(trace().accumulations());
        return Program.Function.of("accumulate", outputs);
    }

    /** No state moves unless all gradients are numbers, and so their norm is. */
    private List<Program.Output> norm() {
        var outputs = new ArrayList<Program.Output>();
        if (!updated().isEmpty()) {
            outputs.add(Program.Output.result(GRADIENT_NORM, trace().gradientNorm()));
        }
        return outputs;
    }

    /** The first half of a step: results, the gradients, and what statistics take from a batch. */
    Program.Function gradients() {
        var outputs = results(report(), value -> !reaches(value, rawGradients()));
        outputs.addAll(handedOver());
        return Program.Function.of("gradients", outputs);
    }

    /** Returns what the first half of a step hands over to the second. */
    private List<Program.Output> handedOver() {
        var outputs = new ArrayList<Program.Output>();
        trace().gradients()
                .raw()
                .forEach((path, gradient) ->
                        outputs.add(Program.Output.gradient(weightPort(path), gradient)));
        BatchStatistics.of(trace().model().nextStates())
                .forEach((path, measured) ->
                        outputs.add(Program.Output.gradient(weightPort(path), measured)));
        trace().gradients()
                .lossWeights()
                .forEach((name, weight) ->
                        outputs.add(
                                new Program.Output(
                                        new Port("gradient/" + name, Role.GRADIENT, weight.type()),
                                        weight,
                                        "")));
        return outputs;
    }

    private Port weightPort(String path) {
        Port port = trace().model().declared().get(weightOf(path)).port();
        return new Port(path, port.role(), port.type());
    }

    /** A weight that is differentiated by twice has a number behind its path. */
    private String weightOf(String path) {
        return trace().model().declared().containsKey(path)
                ? path
                : path.substring(0, path.lastIndexOf('/'));
    }

    /** The second half of a step that only adds its gradients up. */
    Program.Function accumulateHalf() {
        var outputs = norm();
        outputs.addAll(trace().accumulations());
        return cut("accumulate", outputs);
    }

    /** The second half: from gradients and the state to the next state. */
    Program.Function update() {
        var outputs = results(report(), value -> reaches(value, rawGradients()));
        for (Tensor largest : trace().largestGradient()) {
            outputs.add(Program.Output.result(LossScaling.LARGEST, largest));
        }
        outputs.addAll(norm());
        outputs.addAll(trace().moves());
        return cut("update", outputs);
    }

    /** Returns a function that reads what is handed over where a whole step computes it. */
    private Program.Function cut(String name, List<Program.Output> outputs) {
        Map<Tensor, Tensor> ports = new IdentityHashMap<>();
        handedOver().forEach(output -> ports.put(output.value(), output.port().tensor()));
        var values = outputs.stream().map(Program.Output::value).toList();
        var cut = Graph.substitute(values, ports);
        var changed = new ArrayList<Program.Output>();
        for (int i = 0; i < cut.size(); i++) {
            Program.Output output = outputs.get(i);
            changed.add(new Program.Output(output.port(), cut.get(i), output.of()));
        }
        return Program.Function.of(name, changed);
    }

    /** The loss and metrics of a batch, nothing trained. */
    Program.Function evaluate() {
        StepGraph graph = still.value();
        Set<Operation> raw = operations(graph.trace().gradients().raw().values());
        var outputs = results(graph.report(), value -> !reaches(value, raw));
        return Program.Function.of("evaluate", outputs);
    }

    /** Returns a function that reads running means in place of the weights that have some. */
    Program.Function averaged(Program.Function function) {
        return Averages.read(function, trace().slots().keySet());
    }

    /** The model's outputs. */
    Program.Function predict() {
        return predict("predict", still.value().outputs());
    }

    /**
     * The model's outputs, each with a row an example.
     *
     * @throws ShapeException if there is one without
     */
    Program.Function predictRows() {
        Tensors outputs = still.value().outputs();
        requireRows(training.model(), outputs, batch);
        return predict("predict", outputs);
    }

    /** The outputs of a model for batches of a size, each with a row an example. */
    static Program.Function predict(Model model, int batch) {
        Tensors outputs = outputs(model, batch);
        requireRows(model, outputs, batch);
        return predict("predict", outputs);
    }

    /**
     * Requires that the first axis of each output counts the examples: for this batch, and for that
     * which the model traced itself with, or a third one, if the two are of one size.
     *
     * @throws ShapeException if it does not
     */
    private static void requireRows(Model model, Tensors outputs, int batch) {
        requireRows(outputs, batch);
        if (batch == Model.SOME_BATCH) {
            requireRows(outputs(model, batch + 1), batch + 1);
        } else {
            requireRows(model.dryOutputs(), Model.SOME_BATCH);
        }
    }

    private static void requireRows(Tensors outputs, int size) {
        outputs.named()
                .forEach((name, value) -> {
                    if (value.rank() == 0 || value.dim(0) != size) {
                        throw new ShapeException(
                                "predict: the first axis of an output counts the examples; "
                                        + name
                                        + " is "
                                        + value.type()
                                        + " for "
                                        + size
                                        + " of them\n    "
                                        + value.source()
                                        + "\n    to mend it: give it a row an example, or"
                                        + " leave it out of the model's outputs");
                    }
                });
    }

    private static Tensors outputs(Model model, int batch) {
        return model.apply(model.trace(false), model.placeholders(batch));
    }

    private static Program.Function predict(String function, Tensors values) {
        var outputs = new ArrayList<Program.Output>();
        values.named().forEach((name, value) -> outputs.add(Program.Output.result(name, value)));
        return Program.Function.of(function, outputs);
    }

    /**
     * The state a training starts from, as constants, and the counters, which are handed on:
     * whether a device runs a function without inputs is not known.
     */
    Program.Function initialize(Function<Port, NDArray> value) {
        var outputs = new ArrayList<Program.Output>();
        for (Weight weight : training.model().state()) {
            outputs.add(start(weight.port(), value));
        }
        for (StepTrace.Slot slot : slots()) {
            outputs.add(start(slot.port(), value));
        }
        for (Port counter : List.of(Randomness.STEP, Randomness.UPDATES)) {
            outputs.add(Program.Output.replacing(counter, counter.tensor()));
        }
        return Program.Function.of("initialize", outputs);
    }

    private static Program.Output start(Port port, Function<Port, NDArray> value) {
        return new Program.Output(port, Tensor.constant(value.apply(port)), "");
    }

    private List<Program.Output> results(Report from, java.util.function.Predicate<Tensor> wanted) {
        var outputs = new ArrayList<Program.Output>();
        from.values()
                .forEach((metric, value) -> {
                    if (wanted.test(value)) {
                        Tensor flat = number(value).reshape(value.shape().size());
                        outputs.add(Program.Output.result(metric.name(), flat));
                    }
                });
        return outputs;
    }

    /** Returns a result as float32 or int32, the types that ports of all devices have. */
    private static Tensor number(Tensor value) {
        return switch (value.dtype()) {
            case FLOAT32, INT32 -> value;
            case FLOAT16 -> value.cast(DType.FLOAT32);
            case BOOL -> value.cast(DType.INT32);
        };
    }

    private Set<Operation> rawGradients() {
        return operations(trace().gradients().raw().values());
    }

    private static Set<Operation> operations(Iterable<Tensor> tensors) {
        Set<Operation> found = Collections.newSetFromMap(new IdentityHashMap<>());
        tensors.forEach(tensor -> found.add(tensor.operation()));
        return found;
    }

    private static boolean reaches(Tensor value, Set<Operation> operations) {
        return Graph.operations(List.of(value)).stream().anyMatch(operations::contains);
    }
}
