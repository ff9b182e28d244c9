package propane.train.trace;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.spi.Preconditions;
import propane.tensor.Tensor;
import propane.train.step.Examples;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step, traced for batches of one size as it trains or as it evaluates.
 *
 * @param trace what it predicted, differentiated and updated
 * @param inputs the model's inputs of a batch
 * @param report the numbers it reports
 */
record TracedStep(StepTrace trace, Tensors inputs, StepOutputs report) {
    /**
     * How a step is traced.
     *
     * @param trains whether the model trains, or evaluates
     * @param batch the number of examples of a batch
     * @param share that number as a share of a whole batch's
     * @param accumulate the number of batches that one update has
     * @param scaled whether losses are scaled before they are differentiated
     * @param average the decay of the weights' running means, 0 where there are none
     */
    record Mode(
            boolean trains,
            int batch,
            double share,
            int accumulate,
            boolean scaled,
            double average) {}

    /**
     * Traces a step.
     *
     * @param targets the targets that a batch has
     */
    static TracedStep of(Model model, Step step, List<Input> targets, Mode mode) {
        TracedStep first = of(model, step, targets, mode, Map.of());
        Map<String, Integer> repeats = new HashMap<>(first.trace.updates().repeats());
        repeats.values().removeIf(times -> times == 1);
        // How often an optimizer updates within a step shows when the step is over.
        TracedStep traced = repeats.isEmpty() ? first : of(model, step, targets, mode, repeats);
        if (mode.trains()) {
            if (mode.average() > 0) {
                traced.trace.average(mode.average());
            }
            traced.trace.end();
        }
        return traced;
    }

    private static TracedStep of(
            Model model, Step step, List<Input> targets, Mode mode, Map<String, Integer> repeats) {
        var trace =
                new StepTrace(
                        model,
                        mode.trains(),
                        mode.share(),
                        mode.accumulate(),
                        mode.scaled(),
                        repeats);
        var named = new LinkedHashMap<String, Tensor>();
        for (Input target : targets) {
            named.put(target.name(), target.port(mode.batch()).tensor());
        }
        var inputs = model.placeholders(mode.batch());
        var examples = new Examples(inputs, new Tensors(named));
        StepOutputs report =
                Preconditions.traced(
                        "the step",
                        () -> step.trace(new TracedPart(trace, "", Map.of()), examples));
        return new TracedStep(trace, inputs, report);
    }

    /** Returns the model's outputs for the batch; what the step predicted is not traced again. */
    Tensors outputs() {
        return trace.predicted(inputs);
    }
}
