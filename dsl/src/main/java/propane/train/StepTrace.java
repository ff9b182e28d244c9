package propane.train;

import propane.autodiff.ReverseMode;
import propane.nn.Initializer;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Optimizer;
import propane.nn.Parameters;
import propane.nn.Randomness;
import propane.nn.Schedule;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.tensor.DType;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;
import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** One tracing of a step: what it predicted, differentiated and updated. */
final class StepTrace {
    private final Model model;
    private final ModelTrace trace;
    private final int accumulate;
    private final Tensor updates;
    private final Map<String, Tensor> updated = new LinkedHashMap<>();
    private final Map<String, Tensor> raw = new LinkedHashMap<>();
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Map<Tensor, Slot> slotsByTensor = new IdentityHashMap<>();
    private final Set<String> sums = new LinkedHashSet<>();
    private final Map<Optimizer, String> optimizers = new IdentityHashMap<>();
    private final Map<String, Schedule> rates = new LinkedHashMap<>();
    private final List<LossScaling> scaling;

    StepTrace(Model model, boolean training, int accumulate, boolean scaled) {
        this.model = model;
        this.trace = model.trace(training);
        this.accumulate = accumulate;
        this.updates = updatesIncludingThis(accumulate);
        this.scaling = scaled ? List.of(new LossScaling(this)) : List.of();
    }

    private static Tensor updatesIncludingThis(int accumulate) {
        Tensor batches = Randomness.STEP.tensor();
        Tensor before = accumulate == 1 ? batches : batches.floorDiv(accumulate);
        return before.add(1).cast(DType.FLOAT32);
    }

    ModelTrace model() {
        return trace;
    }

    Tensors inputs(Tensor only) {
        if (model.inputs().size() != 1) {
            throw new UnknownNameException(
                    "predict: the model has the inputs "
                            + model.inputs().stream().map(input -> input.name()).toList()
                            + "\n    to mend it: give them by name, predict(tensors(…).and(…))");
        }
        return Tensors.tensors(model.inputs().getFirst().name(), only);
    }

    Tensors predict(Tensors inputs) {
        return model.apply(trace, inputs);
    }

    List<Weight> parameters() {
        return model.parameters();
    }

    void requireMatch(String method, Parameters which) {
        model.requireMatch(method, which);
    }

    List<Weight> trainable() {
        return model.trainable();
    }

    Tensor tensor(String path) {
        return trace.tensor(path);
    }

    /** Returns gradients by weight; where batches accumulate, the means over them. */
    Gradients gradients(Tensor loss, List<Weight> weights) {
        var by = weights.stream().map(weight -> trace.tensor(weight.path())).toList();
        Tensor from = loss;
        for (LossScaling each : scaling) {
            from = each.scaled(from);
        }
        var found = ReverseMode.gradients(from, by);
        for (int i = 0; i < by.size(); i++) {
            note(weights.get(i), found.get(i));
        }
        for (LossScaling each : scaling) {
            found = each.unscaled(found);
        }
        var all = new LinkedHashMap<Weight, Tensor>();
        for (int i = 0; i < by.size(); i++) {
            all.put(weights.get(i), accumulated(weights.get(i), found.get(i)));
        }
        return new Gradients(all);
    }

    /** Keeps a gradient as reverse mode made it. */
    private void note(Weight weight, Tensor gradient) {
        raw.put(unused(weight.path(), raw.keySet()), gradient);
    }

    /** A second loss may be differentiated by the same weight. */
    private static String unused(String path, Set<String> names) {
        return names.contains(path) ? path + "/" + (names.size() + 1) : path;
    }

    private Tensor accumulated(Weight weight, Tensor gradient) {
        if (accumulate == 1) {
            return gradient;
        }
        String name = unused(weight.path(), sums);
        sums.add(name);
        Slot sum = slot("accumulated/" + name, weight.port().type(), Initializer.zeros());
        Tensor total = sum.current().add(gradient);
        sum.accumulated = total;
        sum.next = Tensor.zerosLike(sum.current());
        return total.mul(1.0 / accumulate);
    }

    void update(Weight weight, Tensor gradient, Optimizer optimizer) {
        if (updated.containsKey(weight.path())) {
            throw new UnknownNameException(
                    "update: the weight "
                            + weight.path()
                            + " is updated twice in one step\n    to mend it: add the gradients"
                            + " and update once");
        }
        Tensor value = trace.tensor(weight.path());
        requireWeights(
                "the gradient", gradient, value, "keep gradients' shapes where they are changed");
        var own = new WeightSlots(this, name(optimizer), weight);
        Tensor change = Setting.returned(optimizer.kind(), optimizer.update(own, gradient, value));
        requireWeights(
                "what " + optimizer.kind() + " takes away",
                change,
                value,
                "return a tensor of the weight's type");
        updated.put(weight.path(), value.sub(change));
    }

    /** A tensor of another shape might broadcast without a word. */
    private static void requireWeights(String what, Tensor given, Tensor weight, String fix) {
        if (!given.type().equals(weight.type())) {
            throw new ShapeException(
                    "update: "
                            + what
                            + " must be "
                            + weight.type()
                            + " as the weight is, got "
                            + given.type()
                            + "\n    "
                            + given.source()
                            + "\n    weight   "
                            + weight
                            + "\n    given    "
                            + given
                            + "\n    to mend it: "
                            + fix);
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

    /** Returns an optimizer's name: its kind, numbered from the second of a kind on. */
    private String name(Optimizer optimizer) {
        return optimizers.computeIfAbsent(
                optimizer,
                _ -> {
                    String kind = optimizer.kind();
                    long before = rates.keySet().stream().filter(n -> isOf(n, kind)).count();
                    String name = before == 0 ? kind : kind + "_" + (before + 1);
                    rates.put(name, optimizer.learningRate());
                    return name;
                });
    }

    private static boolean isOf(String name, String kind) {
        return name.equals(kind) || name.matches(Pattern.quote(kind) + "_\\d+");
    }

    /** Returns the port of an optimizer's learning rate. */
    static Port ratePort(String optimizer) {
        var type = TensorType.float32(Shape.shape(1));
        return new Port(optimizer + "/learning_rate", Role.HYPER, type);
    }

    /** Returns the learning rates by the names of their optimizers. */
    Map<String, Schedule> rates() {
        return rates;
    }

    /** Returns the optimizers that update weights, by their names. */
    Map<String, Optimizer> optimizers() {
        var named = new LinkedHashMap<String, Optimizer>();
        rates.keySet()
                .forEach(name ->
                        optimizers.forEach((optimizer, of) -> {
                            if (of.equals(name)) {
                                named.put(name, optimizer);
                            }
                        }));
        return named;
    }

    Tensor updates() {
        return updates;
    }

    Slot slot(String path, TensorType type, Initializer initializer) {
        return slot(new Port(path, Role.SLOT, type), initializer);
    }

    Slot slot(Port port, Initializer initializer) {
        return slots.computeIfAbsent(
                port.name(),
                _ -> {
                    var slot = new Slot(port, initializer);
                    slotsByTensor.put(slot.current(), slot);
                    return slot;
                });
    }

    /** Returns the slot whose current value a tensor is. */
    Slot slot(Tensor current) {
        if (!slotsByTensor.containsKey(current)) {
            throw new UnknownNameException("set: the first operand is no slot, but " + current);
        }
        return slotsByTensor.get(current);
    }

    Map<String, Slot> slots() {
        return slots;
    }

    /** Returns the gradients as reverse mode made them, by the path of their weight. */
    Map<String, Tensor> raw() {
        return raw;
    }

    /** Returns the new values of weights, by path. */
    Map<String, Tensor> updated() {
        return updated;
    }

    /** Returns the outputs by which all state moves on after a step that updates. */
    List<Program.Output> moves() {
        var moves = new ArrayList<Program.Output>(statistics());
        moveScale();
        updated.forEach((path, value) ->
                moves.add(
                        Program.Output.replacing(
                                trace.declared().get(path).port(),
                                unlessFaulty(value, trace.tensor(path)))));
        for (Slot slot : slots.values()) {
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(slot.port(), slot.next));
            } else if (slot.next != slot.current()) {
                moves.add(
                        Program.Output.replacing(
                                slot.port(), unlessFaulty(slot.next, slot.current())));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    /** Returns the outputs by which state moves on after a step that only adds up gradients. */
    List<Program.Output> accumulations() {
        var moves = new ArrayList<Program.Output>(statistics());
        moveScale();
        for (Slot slot : slots.values()) {
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(slot.port(), slot.next));
            }
            if (slot.accumulated != slot.current()) {
                moves.add(Program.Output.replacing(slot.port(), slot.accumulated));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    private void moveScale() {
        scaling.stream().filter(LossScaling::isUsed).forEach(LossScaling::move);
    }

    private boolean isScale(Slot slot) {
        return scaling.stream().anyMatch(each -> each.isUsed() && each.owns(slot));
    }

    /** A step with faulty gradients changes nothing; of several batches, one adds nothing. */
    private Tensor unlessFaulty(Tensor next, Tensor current) {
        return accumulate > 1 ? next : ofFineBatch(next, current);
    }

    private Tensor ofFineBatch(Tensor next, Tensor current) {
        return scaling.isEmpty() || !scaling.getFirst().isUsed()
                ? next
                : scaling.getFirst().isFine().where(next, current);
    }

    /** Returns the largest gradient, where the loss is scaled. */
    List<Tensor> largestGradient() {
        return scaling.stream().filter(LossScaling::isUsed).map(LossScaling::largest).toList();
    }

    /** A batch whose statistics or gradients are too large moves no statistic. */
    private List<Program.Output> statistics() {
        scaling.forEach(each -> each.heed(BatchStatistics.of(trace.nextStates()).values()));
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

    /** What an optimizer keeps of a weight, while it is traced. */
    static final class Slot {
        private final Port port;
        private final Initializer initializer;
        private final Tensor current;
        private Tensor next;
        private Tensor accumulated;

        private Slot(Port port, Initializer initializer) {
            this.port = port;
            this.initializer = initializer;
            this.current = port.tensor();
            this.next = current;
            this.accumulated = current;
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

        void next(Tensor value) {
            next = value;
        }
    }
}
