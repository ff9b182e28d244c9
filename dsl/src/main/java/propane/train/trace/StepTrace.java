package propane.train.trace;

import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.rule.Randomness;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.Problem;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.port.Averages;
import propane.train.port.Slot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One tracing of a step: what it predicted, differentiated and updated. */
final class StepTrace {
    private final Model model;
    private final ModelTrace trace;
    private final List<Window> window;
    private final StepGradients gradients;
    private final TracedSlots slots = new TracedSlots();
    private final WeightUpdates updates;
    private final List<Prediction> predictions = new ArrayList<>();
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
        this.trace = model.trace(training);
        this.scaling = scaled ? List.of(new LossScaling(slots)) : List.of();
        this.window = accumulate == 1 ? List.of() : List.of(new Window(slots, share));
        this.gradients = new StepGradients(window, scaling);
        this.updates = new WeightUpdates(model, trace, accumulate > 1, slots, known);
    }

    /** Returns what statistics take from the batch alone, by the path of the statistic. */
    Map<String, Tensor> measured() {
        return BatchStatistics.of(trace.nextStates());
    }

    /** Returns the port of the weight or statistic that a gradient or a measurement is named by. */
    Port portOf(String path) {
        var declared = trace.declared();
        // A weight that is differentiated by twice has a number after its path.
        String weight =
                declared.containsKey(path) ? path : path.substring(0, path.lastIndexOf('/'));
        return declared.get(weight).port();
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

    List<Weight> trainable() {
        return model.trainable();
    }

    Tensor tensor(String path) {
        return trace.tensor(path);
    }

    /** Keeps running means of the weights that are updated. */
    void average(double decay) {
        for (Weight weight : trainable()) {
            if (updated().containsKey(weight.path())) {
                TracedSlot slot = slots.at(Averages.port(weight), Averages.start(model, weight));
                Tensor way = updated().get(weight.path()).sub(slot.current());
                slot.next(slot.current().add(way.mul(1 - decay)));
            }
        }
    }

    /** Returns what differentiates the losses of the step. */
    StepGradients gradients() {
        return gradients;
    }

    /** Returns the updates of weights, with what optimizers keep and follow. */
    WeightUpdates updates() {
        return updates;
    }

    /** Returns where it keeps something beside weights and statistics, and what from. */
    List<Slot> slots() {
        return slots.all();
    }

    private Map<String, Tensor> updated() {
        return updates.updated();
    }

    /** Returns the outputs by which all state moves on after a step that updates. */
    List<Program.Output> moves() {
        var moves = new ArrayList<Program.Output>(statistics());
        updated()
                .forEach((path, value) ->
                        moves.add(
                                Program.Output.replacing(
                                        trace.declared().get(path).port(),
                                        unlessFaulty(value, trace.tensor(path)))));
        for (TracedSlot slot : slots.traced()) {
            Port port = slot.slot().port();
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(port, slot.latest()));
            } else if (slot.isMoved()) {
                Tensor next =
                        slot.isGathered()
                                ? slot.latest()
                                : unlessFaulty(slot.latest(), slot.current());
                moves.add(Program.Output.replacing(port, next));
            }
        }
        moves.add(nextStep());
        moves.add(nextUpdate());
        return moves;
    }

    /** Returns the outputs by which state moves on after a step that only adds up gradients. */
    List<Program.Output> accumulations() {
        var moves = new ArrayList<Program.Output>(statistics());
        for (TracedSlot slot : slots.traced()) {
            Port port = slot.slot().port();
            if (isScale(slot)) {
                moves.add(Program.Output.replacing(port, slot.latest()));
            }
            if (slot.isGathered()) {
                moves.add(Program.Output.replacing(port, slot.gathered()));
            }
        }
        moves.add(nextStep());
        return moves;
    }

    /** Ends the trace: what was traced settles what moves the scale and what is faulty. */
    void end() {
        for (LossScaling each : scaling) {
            if (each.isUsed()) {
                each.heed(measured().values());
                each.move();
                window.forEach(of -> of.heed(each.isFine()));
            }
        }
    }

    private boolean isScale(TracedSlot slot) {
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
}
