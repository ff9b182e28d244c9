package propane.train;

import propane.autodiff.ReverseMode;
import propane.nn.Initializer;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Optimizer;
import propane.nn.Randomness;
import propane.nn.Schedule;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.tensor.DType;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One tracing of a step: what it predicted, differentiated and updated. */
final class StepTrace {
    private final Model model;
    private final ModelTrace trace;
    private final int accumulate;
    private final Tensor updates;
    private final Map<String, Tensor> updated = new LinkedHashMap<>();
    private final Map<String, Tensor> raw = new LinkedHashMap<>();
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Map<Optimizer, String> optimizers = new IdentityHashMap<>();
    private final Map<String, Schedule> rates = new LinkedHashMap<>();

    StepTrace(Model model, boolean training, int accumulate) {
        this.model = model;
        this.trace = model.trace(training);
        this.accumulate = accumulate;
        this.updates = updatesIncludingThis(accumulate);
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

    List<Weight> trainable() {
        return model.trainable();
    }

    Tensor tensor(String path) {
        return trace.tensor(path);
    }

    /** Returns gradients by weight; where batches accumulate, the means over them. */
    Gradients gradients(Tensor loss, List<Weight> weights) {
        var by = weights.stream().map(weight -> trace.tensor(weight.path())).toList();
        var found = ReverseMode.gradients(loss, by);
        var all = new LinkedHashMap<Weight, Tensor>();
        for (int i = 0; i < by.size(); i++) {
            all.put(weights.get(i), noted(weights.get(i), found.get(i)));
        }
        return new Gradients(all);
    }

    private Tensor noted(Weight weight, Tensor gradient) {
        String name = weight.path();
        if (raw.containsKey(name)) {
            // A second loss is differentiated by the same weight.
            name = name + "/" + (raw.size() + 1);
        }
        raw.put(name, gradient);
        if (accumulate == 1) {
            return gradient;
        }
        Slot sum = slot("accumulated/" + name, weight.port().type(), Initializer.zeros());
        Tensor total = sum.current().add(gradient);
        sum.accumulated = total;
        sum.next = sum.current().mul(0);
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
        var own = new WeightSlots(this, name(optimizer), weight);
        Tensor change = optimizer.update(own, gradient, value);
        updated.put(weight.path(), value.sub(change));
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
        return name.equals(kind) || name.matches(kind + "_\\d+");
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

    Tensor updates() {
        return updates;
    }

    Slot slot(String path, TensorType type, Initializer initializer) {
        return slots.computeIfAbsent(
                path, _ -> new Slot(new Port(path, Role.SLOT, type), initializer));
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
        updated.forEach((path, value) ->
                moves.add(Program.Output.replacing(trace.declared().get(path).port(), value)));
        for (Slot slot : slots.values()) {
            if (slot.next != slot.current()) {
                moves.add(Program.Output.replacing(slot.port(), slot.next));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    /** Returns the outputs by which state moves on after a step that only adds up gradients. */
    List<Program.Output> accumulations() {
        var moves = new ArrayList<Program.Output>(statistics());
        for (Slot slot : slots.values()) {
            if (slot.accumulated != slot.current()) {
                moves.add(Program.Output.replacing(slot.port(), slot.accumulated));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    private List<Program.Output> statistics() {
        var moves = new ArrayList<Program.Output>();
        trace.nextStates()
                .forEach((path, value) ->
                        moves.add(
                                Program.Output.replacing(
                                        trace.declared().get(path).port(), value)));
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
