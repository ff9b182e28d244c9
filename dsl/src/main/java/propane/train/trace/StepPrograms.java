package propane.train.trace;

import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.nn.metric.Metric;
import propane.nn.optimizer.Optimizer;
import propane.nn.rule.Randomness;
import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Lazy;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.pass.MixedPrecision;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.train.option.Precision;
import propane.train.port.Averages;
import propane.train.port.MeanLoss;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;
import propane.train.port.Slot;
import propane.train.port.StepResults;
import propane.train.step.StepOutputs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The functions that a training becomes for batches of one size. */
public final class StepPrograms {
    private final TrainingSpec training;
    private final int batch;
    private final boolean scaled;
    private final Lazy<TracedStep> trained = new Lazy<>(() -> traced(true));
    private final Lazy<TracedStep> still = new Lazy<>(() -> traced(false));
    private final Lazy<StepPlan> whole = new Lazy<>(this::whole);
    private final Lazy<StepPlan> split = new Lazy<>(this::split);

    /**
     * Prepares the functions; the step is traced once as it trains and once as it evaluates and
     * predicts, when one of their functions is first asked for.
     *
     * @param scaled whether the loss is scaled before it is differentiated
     */
    public StepPrograms(TrainingSpec training, int batch, boolean scaled) {
        this.training = training;
        this.scaled = scaled;
        this.batch = batch;
    }

    private TracedStep traced(boolean trains) {
        double share = (double) batch / training.batch();
        var mode =
                new TracedStep.Mode(
                        trains, batch, share, training.accumulate(), scaled, training.average());
        var traced = TracedStep.of(training.model(), training.step(), training.targets(), mode);
        if (trains) {
            requireNames(traced);
        }
        return traced;
    }

    private void requireNames(TracedStep traced) {
        var names = new TakenNames(training.model(), training.targets());
        for (Slot slot : traced.trace().slots()) {
            if (slot.port().role() == Role.SLOT) {
                names.takeState("the slot", slot.port().name());
            }
        }
        WeightUpdates updates = traced.trace().updates();
        updates.rates().forEach(rate -> names.takeState("the learning rate", rate.port().name()));
        updates.scheduled()
                .forEach(setting -> names.takeState("the setting", setting.port().name()));
        traced.report().values().keySet().stream()
                .filter(metric -> !(metric instanceof MeanLoss))
                .forEach(names::requireFree);
    }

    private StepTrace trace() {
        return trained.value().trace();
    }

    private WeightUpdates updates() {
        return trace().updates();
    }

    private StepOutputs report() {
        return trained.value().report();
    }

    /** Returns the functions of a step in the form that an engine takes. */
    public StepPlan plan(boolean splits) {
        return (splits ? split : whole).value();
    }

    private StepPlan whole() {
        UnaryOperator<Program.Function> numbers =
                training.precision() == Precision.FLOAT32
                        ? UnaryOperator.identity()
                        : new MixedPrecision()::apply;
        return new StepPlan.Whole(
                numbers.apply(train()),
                accumulates() ? List.of(numbers.apply(accumulate())) : List.of());
    }

    private StepPlan split() {
        return new StepPlan.Split(
                gradients(), update(), accumulates() ? List.of(accumulateSplit()) : List.of());
    }

    private boolean accumulates() {
        return training.accumulate() > 1;
    }

    /** Returns what the step reports and the weights that it makes. */
    public List<Tensor> values() {
        return Stream.concat(
                        report().values().values().stream(), updates().updated().values().stream())
                .toList();
    }

    /** Returns the model's outputs as the step trains them, by name. */
    public Map<String, Tensor> outputs() {
        return trained.value().outputs().named();
    }

    /** Returns the metrics that a step reports, by name. */
    public Map<String, Metric> metrics() {
        return report().values().keySet().stream()
                .collect(Collectors.toMap(Metric::name, Function.identity()));
    }

    /** Returns the learning rates of the optimizers. */
    public List<Rate> rates() {
        return updates().rates();
    }

    /** Returns the settings beside learning rates that follow schedules. */
    public List<ScheduledSetting> scheduled() {
        return updates().scheduled();
    }

    /** Returns the optimizers by their names. */
    public Map<String, Optimizer> optimizers() {
        return updates().optimizers();
    }

    /** Returns the slots, which start as their initializers say. */
    public List<Slot> slots() {
        return trace().slots();
    }

    /** Returns the weights that the step updates. */
    public Set<String> updated() {
        return updates().updated().keySet();
    }

    /** Returns the weights that were to be updated and that no loss depends on. */
    public Set<String> unreached() {
        return updates().unreached();
    }

    /** A whole step: from a batch and the state to results and the next state. */
    public Program.Function train() {
        var outputs = results(report(), _ -> true);
        outputs.addAll(norm());
        outputs.addAll(trace().moves());
        return Program.Function.of(Program.Function.TRAIN, outputs);
    }

    /** A step that only adds its gradients to those of the batches before. */
    public Program.Function accumulate() {
        var outputs = results(report(), value -> !reaches(value, rawGradients()));
        outputs.addAll(norm());
        outputs.addAll(trace().accumulations());
        return Program.Function.of(Program.Function.ACCUMULATE, outputs);
    }

    /** No state moves unless all gradients are numbers, and so their norm is. */
    private List<Program.Output> norm() {
        var outputs = new ArrayList<Program.Output>();
        if (!updated().isEmpty()) {
            outputs.add(Program.Output.result(StepResults.GRADIENT_NORM, updates().gradientNorm()));
        }
        return outputs;
    }

    /** The first half of a step: results, the gradients, and what statistics take from a batch. */
    public Program.Function gradients() {
        var outputs = results(report(), value -> !reaches(value, rawGradients()));
        outputs.addAll(handedOver());
        return Program.Function.of(Program.Function.GRADIENTS, outputs);
    }

    /** Returns what the first half of a step hands over to the second. */
    private List<Program.Output> handedOver() {
        var outputs = new ArrayList<Program.Output>();
        trace().gradients()
                .raw()
                .forEach((path, gradient) -> outputs.add(gradient(path, gradient)));
        trace().measured().forEach((path, measured) -> outputs.add(gradient(path, measured)));
        trace().gradients()
                .lossWeights()
                .forEach((name, weight) ->
                        outputs.add(
                                new Program.Output(
                                        new Port(
                                                Port.GRADIENT + name, Role.GRADIENT, weight.type()),
                                        weight,
                                        "")));
        return outputs;
    }

    private Program.Output gradient(String path, Tensor value) {
        Port port = trace().portOf(path);
        return Program.Output.gradient(new Port(path, port.role(), port.type()), value);
    }

    /** The second half of a step that only adds its gradients up. */
    public Program.Function accumulateSplit() {
        var outputs = norm();
        outputs.addAll(trace().accumulations());
        return cut(Program.Function.ACCUMULATE, outputs);
    }

    /** The second part: from gradients and the state to the next state. */
    public Program.Function update() {
        var outputs = results(report(), value -> reaches(value, rawGradients()));
        for (Tensor largest : trace().largestGradient()) {
            outputs.add(Program.Output.result(StepResults.LARGEST_GRADIENT, largest));
        }
        outputs.addAll(norm());
        outputs.addAll(trace().moves());
        return cut(Program.Function.UPDATE, outputs);
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
    public Program.Function evaluate() {
        TracedStep traced = still.value();
        Set<Operation> raw = operations(traced.trace().gradients().raw().values());
        var outputs = results(traced.report(), value -> !reaches(value, raw));
        return Program.Function.of(Program.Function.EVALUATE, outputs);
    }

    /** Returns a function that reads running means in place of the weights that have some. */
    public Program.Function averaged(Program.Function function) {
        Set<Port> ports = slots().stream().map(Slot::port).collect(Collectors.toSet());
        return Averages.read(function, ports);
    }

    /** The model's outputs. */
    public Program.Function predict() {
        return predict(still.value().outputs());
    }

    /**
     * The model's outputs, each with a row an example.
     *
     * @throws ShapeException if there is one without
     */
    public Program.Function predictRows() {
        Tensors outputs = still.value().outputs();
        requireRows(training.model(), outputs, batch);
        return predict(outputs);
    }

    /** The outputs of a model for batches of a size, each with a row an example. */
    public static Program.Function predict(Model model, int batch) {
        Tensors outputs = outputs(model, batch);
        requireRows(model, outputs, batch);
        return predict(outputs);
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
                        String rule =
                                "the first axis of an output counts the examples; "
                                        + name
                                        + " is "
                                        + value.type()
                                        + " for "
                                        + size
                                        + " of them";
                        throw new ShapeException(
                                Problem.of("predict", rule)
                                        .at(value.source())
                                        .operand(name, value)
                                        .fix(
                                                "give it a row an example, or leave it out of the"
                                                        + " model's outputs"));
                    }
                });
    }

    private static Tensors outputs(Model model, int batch) {
        return model.apply(model.trace(false), model.placeholders(batch));
    }

    private static Program.Function predict(Tensors values) {
        var outputs = new ArrayList<Program.Output>();
        values.named().forEach((name, value) -> outputs.add(Program.Output.result(name, value)));
        return Program.Function.of(Program.Function.PREDICT, outputs);
    }

    /**
     * The state a training starts from, as constants, and the counters, which are handed on:
     * whether a device runs a function without inputs is not known.
     */
    public Program.Function initialize(Function<Port, NDArray> value) {
        var outputs = new ArrayList<Program.Output>();
        for (Weight weight : training.model().variables()) {
            outputs.add(start(weight.port(), value));
        }
        for (Slot slot : slots()) {
            outputs.add(start(slot.port(), value));
        }
        for (Port counter : List.of(Randomness.STEP, Randomness.UPDATES)) {
            outputs.add(Program.Output.replacing(counter, counter.tensor()));
        }
        return Program.Function.of(Program.Function.INITIALIZE, outputs);
    }

    private static Program.Output start(Port port, Function<Port, NDArray> value) {
        return new Program.Output(port, Tensor.constant(value.apply(port)), "");
    }

    private List<Program.Output> results(
            StepOutputs from, java.util.function.Predicate<Tensor> wanted) {
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
