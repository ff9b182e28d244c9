package propane.train.step;

import propane.nn.Initializer;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.optimizer.Optimizer;
import propane.nn.rule.Randomness;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.port.Averages;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** One tracing of a step: what it predicted, differentiated and updated. */
final class StepTrace {
    private final Model model;
    private final ModelTrace trace;
    private final List<Window> window;
    private final Tensor updates;
    private final Map<String, Tensor> updated = new LinkedHashMap<>();
    private final Map<String, Tensor> given = new HashMap<>();
    private final StepGradients gradients;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final List<Prediction> predictions = new ArrayList<>();
    private final List<Tensor> taken = new ArrayList<>();
    private final Set<String> unreached = new LinkedHashSet<>();
    private final Set<String> reached = new LinkedHashSet<>();
    private final Map<Optimizer, Rate> rates = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Integer> repeats = new LinkedHashMap<>();
    private final Map<String, Integer> known;
    private final Map<String, ScheduledSetting> scheduled = new LinkedHashMap<>();
    private final List<LossScaling> scaling;

    /**
     * Begins a trace.
     *
     * @param training whether the model trains
     * @param share the number of the batch's examples, as a share of a whole batch's
     * @param accumulate the number of batches that one update has
     * @param scaled whether losses are scaled before they are differentiated
     * @param known how often optimizers update a weight in one step, where it is more than once
     */
    StepTrace(
            Model model,
            boolean training,
            double share,
            int accumulate,
            boolean scaled,
            Map<String, Integer> known) {
        this.model = model;
        this.known = known;
        this.trace = model.trace(training);
        this.updates = Randomness.UPDATES.tensor().add(1).cast(DType.FLOAT32);
        this.scaling = scaled ? List.of(new LossScaling(this)) : List.of();
        this.window = accumulate == 1 ? List.of() : List.of(new Window(this, share));
        this.gradients = new StepGradients(window, scaling);
    }

    ModelTrace model() {
        return trace;
    }

    Tensors inputs(Tensor only) {
        if (model.inputs().size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "predict: the model has the inputs "
                                            + model.inputs().stream()
                                                    .map(input -> input.name())
                                                    .toList())
                            .fix("give them by name, predict(tensors(…).and(…))"));
        }
        return Tensors.tensors(model.inputs().getFirst().name(), only);
    }

    /**
     * Returns the model's outputs.
     *
     * @param instead values that stand in place of weights, by path
     */
    Tensors predict(Tensors inputs, Map<String, Tensor> instead) {
        if (!instead.isEmpty()) {
            return trace.with(instead, () -> model.apply(trace, inputs));
        }
        Tensors outputs = model.apply(trace, inputs);
        predictions.add(new Prediction(inputs, outputs));
        return outputs;
    }

    private record Prediction(Tensors inputs, Tensors outputs) {}

    /** Returns what was predicted of some inputs, or predicts it now. */
    Tensors predicted(Tensors inputs) {
        for (Prediction prediction : predictions) {
            if (List.copyOf(prediction.inputs.values()).equals(List.copyOf(inputs.values()))) {
                return prediction.outputs;
            }
        }
        return predict(inputs, Map.of());
    }

    void requireMatch(String method, WeightFilter which) {
        model.requireMatch(method, which);
    }

    void requireUse(Optimizer optimizer) {
        optimizer.requireUse(model);
    }

    List<Weight> trainable() {
        return model.trainable();
    }

    Tensor tensor(String path) {
        return trace.tensor(path);
    }

    /**
     * Updates the weights that a loss reaches; the others keep what they are, decay included.
     *
     * @param current values that updates before left, by path
     * @return the new values by path
     */
    Map<String, Tensor> update(
            Gradients gradients,
            Function<Weight, Optimizer> optimizers,
            Map<String, Tensor> current) {
        var after = new LinkedHashMap<String, Tensor>();
        gradients
                .values()
                .forEach((weight, gradient) -> {
                    String path = weight.path();
                    if (gradients.isReached(weight)) {
                        reached.add(path);
                        Tensor value = current.getOrDefault(path, trace.tensor(path));
                        update(weight, gradient, optimizers.apply(weight), value);
                        // As after a step of its own: what follows is not differentiated through
                        // it.
                        given.put(path, updated.get(path).stopGradient());
                        after.put(path, given.get(path));
                    } else {
                        unreached.add(path);
                    }
                });
        return after;
    }

    /** Returns the weights that were to be updated and that no loss reaches. */
    Set<String> unreached() {
        var without = new LinkedHashSet<>(unreached);
        without.removeAll(reached);
        return without;
    }

    private void update(Weight weight, Tensor gradient, Optimizer optimizer, Tensor value) {
        boolean isFollowing = updated.containsKey(weight.path());
        if (isFollowing && given.get(weight.path()) != value) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "update: the weight "
                                            + weight.path()
                                            + " is updated twice in one step, from the same value")
                            .operand("weight", weight.port().tensor())
                            .operand("gradient", gradient)
                            .fix(
                                    "add the gradients and update once, or go on with the model"
                                            + " that update(…) returns"));
        }
        if (isFollowing && !window.isEmpty()) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "update: the weight "
                                            + weight.path()
                                            + " is updated several times in one step, and several"
                                            + " batches make one update")
                            .operand("weight", weight.port().tensor())
                            .operand("gradient", gradient)
                            .fix("leave out gradientAccumulation(…)"));
        }
        requireWeights(
                "the gradient", gradient, value, "keep gradients' shapes where they are changed");
        taken.add(gradient);
        Rate rate = rate(optimizer);
        var own = new WeightSlots(this, rate, weight, nth(rate.optimizer(), weight));
        Tensor change =
                Preconditions.returned(optimizer.kind(), optimizer.update(own, gradient, value));
        requireWeights(
                "what " + optimizer.kind() + " takes away",
                change,
                value,
                "return a tensor of the weight's type");
        updated.put(weight.path(), value.sub(change));
    }

    /** Returns how many updates of a weight an optimizer has made in the step before this one. */
    private int nth(String optimizer, Weight weight) {
        int count = counts.merge(optimizer + " " + weight.path(), 1, Integer::sum);
        repeats.merge(optimizer, count, Math::max);
        return count - 1;
    }

    /** Returns how often each optimizer updates a weight in one step. */
    Map<String, Integer> repeats() {
        return repeats;
    }

    /**
     * Returns the number of an update, from 1 on, as optimizers count; float32 [1].
     *
     * @param nth how many updates came before it in this step
     */
    Tensor updates(String optimizer, int nth) {
        int all = known.getOrDefault(optimizer, 1);
        return all == 1
                ? updates
                : Randomness.UPDATES.tensor().mul(all).add(nth + 1).cast(DType.FLOAT32);
    }

    /** A tensor of another shape might broadcast without a word. */
    private static void requireWeights(String what, Tensor given, Tensor weight, String fix) {
        if (!given.type().equals(weight.type())) {
            String rule =
                    what + " must be " + weight.type() + " as the weight is, got " + given.type();
            throw new ShapeException(
                    Problem.of("update", rule)
                            .at(given.source())
                            .operand("weight", weight)
                            .operand("given", given)
                            .fix(fix));
        }
    }

    /** Keeps running means of the weights that are updated. */
    void average(double decay) {
        for (Weight weight : trainable()) {
            if (updated.containsKey(weight.path())) {
                Slot slot = slot(Averages.port(weight), Averages.start(model, weight));
                Tensor way = updated.get(weight.path()).sub(slot.current());
                slot.next(slot.current().add(way.mul(1 - decay)));
            }
        }
    }

    /**
     * Returns an optimizer's rate, which names it: its kind, numbered from the second of one on.
     */
    private Rate rate(Optimizer optimizer) {
        return rates.computeIfAbsent(
                optimizer,
                _ -> {
                    String kind = optimizer.kind();
                    long before = rates().stream().filter(rate -> isOf(rate, kind)).count();
                    String name = before == 0 ? kind : kind + "_" + (before + 1);
                    return new Rate(name, optimizer.learningRate());
                });
    }

    private static boolean isOf(Rate rate, String kind) {
        return rate.optimizer().matches(Pattern.quote(kind) + "(_\\d+)?");
    }

    /** Returns what a setting of an optimizer is in this step; a port only where it changes. */
    Tensor scheduled(String optimizer, String name, Schedule schedule, double below) {
        if (ScheduleForm.isConstant(schedule)) {
            return Tensor.constant(schedule.at(0));
        }
        Port port = Rate.setting(optimizer, name);
        var setting = new ScheduledSetting(port, schedule, below);
        if (!scheduled.computeIfAbsent(port.name(), _ -> setting).equals(setting)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "scheduled: "
                                            + port
                                            + " follows one schedule for all weights, and was given"
                                            + " two")
                            .operand("setting", port.tensor())
                            .fix("keep the schedule in a field, or give the settings two names"));
        }
        return port.tensor();
    }

    /** Returns the settings beside learning rates that follow schedules, by their ports' names. */
    Map<String, ScheduledSetting> scheduled() {
        return scheduled;
    }

    /** Returns the learning rates of the optimizers that update weights. */
    Collection<Rate> rates() {
        return rates.values();
    }

    /** Returns the optimizers that update weights, by their names. */
    Map<String, Optimizer> optimizers() {
        var named = new LinkedHashMap<String, Optimizer>();
        rates.forEach((optimizer, rate) -> named.put(rate.optimizer(), optimizer));
        return named;
    }

    Slot slot(String path, TensorType type, Initializer initializer) {
        return slot(new Port(path, Role.SLOT, type), initializer);
    }

    Slot slot(Port port, Initializer initializer) {
        return slots.computeIfAbsent(port.name(), _ -> new Slot(port, initializer));
    }

    Map<String, Slot> slots() {
        return slots;
    }

    /** Returns what differentiates the losses of the step. */
    StepGradients gradients() {
        return gradients;
    }

    /**
     * Returns the norm of all gradients as optimizers have them: a number only if all of them and
     * their squares are; [1].
     */
    Tensor gradientNorm() {
        return GradientClipping.globalNorm(taken).reshape(1);
    }

    /** Returns the new values of weights, by path. */
    Map<String, Tensor> updated() {
        return updated;
    }

    /** Returns the outputs by which all state moves on after a step that updates. */
    List<Program.Output> moves() {
        var moves = new ArrayList<Program.Output>(statistics());
        updated.forEach((path, value) ->
                moves.add(
                        Program.Output.replacing(
                                trace.declared().get(path).port(),
                                unlessFaulty(value, trace.tensor(path)))));
        for (Slot slot : slots.values()) {
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(slot.port(), slot.next));
            } else if (slot.next != slot.current) {
                Tensor next =
                        slot.isGathered() ? slot.next : unlessFaulty(slot.next, slot.current());
                moves.add(Program.Output.replacing(slot.port(), next));
            }
        }
        moves.add(nextStep());
        moves.add(nextUpdate());
        return moves;
    }

    /** Returns the outputs by which state moves on after a step that only adds up gradients. */
    List<Program.Output> accumulations() {
        var moves = new ArrayList<Program.Output>(statistics());
        for (Slot slot : slots.values()) {
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(slot.port(), slot.next));
            }
            if (slot.isGathered()) {
                moves.add(Program.Output.replacing(slot.port(), slot.gathered));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    /** Ends the trace: what was traced settles what moves the scale and what is faulty. */
    void end() {
        for (LossScaling each : scaling) {
            if (each.isUsed()) {
                each.heed(BatchStatistics.of(trace.nextStates()).values());
                each.move();
                window.forEach(of -> of.heed(each.isFine()));
            }
        }
    }

    private boolean isScale(Slot slot) {
        return scaling.stream().anyMatch(each -> each.isUsed() && each.owns(slot));
    }

    /** An update with faulty gradients, of whichever of its batches, changes nothing. */
    private Tensor unlessFaulty(Tensor next, Tensor current) {
        return window.isEmpty() || !isScaled()
                ? ofFineBatch(next, current)
                : window.getFirst().isFine().where(next, current);
    }

    private boolean isScaled() {
        return scaling.stream().anyMatch(LossScaling::isUsed);
    }

    private Tensor ofFineBatch(Tensor next, Tensor current) {
        return isScaled() ? scaling.getFirst().isFine().where(next, current) : next;
    }

    /** Returns the largest gradient, where the loss is scaled. */
    List<Tensor> largestGradient() {
        return scaling.stream().filter(LossScaling::isUsed).map(LossScaling::largest).toList();
    }

    /** A batch whose statistics or gradients are too large moves no statistic. */
    private List<Program.Output> statistics() {
        var moves = new ArrayList<Program.Output>();
        trace.nextStates()
                .forEach((path, value) ->
                        moves.add(
                                Program.Output.replacing(
                                        trace.declared().get(path).port(),
                                        ofFineBatch(value, trace.tensor(path)))));
        return moves;
    }

    private static Program.Output nextStep() {
        return Program.Output.replacing(Randomness.STEP, Randomness.STEP.tensor().add(1));
    }

    private Program.Output nextUpdate() {
        Tensor before = Randomness.UPDATES.tensor();
        return Program.Output.replacing(Randomness.UPDATES, unlessFaulty(before.add(1), before));
    }

    /** What an optimizer keeps of a weight, while it is traced. */
    static final class Slot {
        private final Port port;
        private final Initializer initializer;
        private final Tensor current;
        private Tensor next;
        private Tensor gathered;

        private Slot(Port port, Initializer initializer) {
            this.port = port;
            this.initializer = initializer;
            this.current = port.tensor();
            this.next = current;
            this.gathered = current;
        }

        Port port() {
            return port;
        }

        Initializer initializer() {
            return initializer;
        }

        Tensor current() {
            return current;
        }

        /** Returns what it holds after the updates so far of this step. */
        Tensor latest() {
            return next;
        }

        void next(Tensor value) {
            next = value;
        }

        /** Sets what it holds after one of the batches of an update; afterwards it holds zeros. */
        void gather(Tensor value) {
            gathered = value;
            next = Tensor.zeros(port.type());
        }

        private boolean isGathered() {
            return gathered != current;
        }
    }
}
