package propane.train.step;

import propane.nn.Initializer;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A step, traced for batches of one size as it trains or as it evaluates: what whoever makes
 * functions of a training cuts them from.
 */
public final class TracedStep {
    private final StepTrace trace;
    private final Tensors inputs;
    private final StepOutputs report;

    private TracedStep(StepTrace trace, Tensors inputs, StepOutputs report) {
        this.trace = trace;
        this.inputs = inputs;
        this.report = report;
    }

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
    public record Mode(
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
    public static TracedStep of(Model model, Step step, List<Input> targets, Mode mode) {
        TracedStep first = of(model, step, targets, mode, Map.of());
        Map<String, Integer> repeats = new HashMap<>(first.trace.repeats());
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
                        () -> step.trace(new TracedModel(trace, "", Map.of()), examples));
        return new TracedStep(trace, inputs, report);
    }

    /** Returns the numbers it reports. */
    public StepOutputs report() {
        return report;
    }

    /** Returns the model's outputs for the batch; what the step predicted is not traced again. */
    public Tensors outputs() {
        return trace.predicted(inputs);
    }

    /** Returns where it keeps something beside weights and statistics, and what from. */
    public Map<Port, Initializer> slots() {
        var ports = new LinkedHashMap<Port, Initializer>();
        trace.slots().values().forEach(slot -> ports.put(slot.port(), slot.initializer()));
        return ports;
    }

    /** Returns the schedules of learning rates by the names of their optimizers. */
    public Map<String, Schedule> rates() {
        var rates = new LinkedHashMap<String, Schedule>();
        trace.rates().forEach(rate -> rates.put(rate.optimizer(), rate.schedule()));
        return rates;
    }

    /** Returns the schedules of the optimizers' other settings by where their values lie. */
    public Map<Port, Schedule> scheduled() {
        var settings = new LinkedHashMap<Port, Schedule>();
        trace.scheduled().values().forEach(each -> settings.put(each.port(), each.schedule()));
        return settings;
    }

    /** Returns what all values of a setting that follows a schedule are below. */
    public double bound(Port setting) {
        return trace.scheduled().get(setting.name()).below();
    }

    /** Returns the optimizers that update weights, by their names. */
    public Map<String, Optimizer> optimizers() {
        return trace.optimizers();
    }

    /** Returns the new values of weights, by path. */
    public Map<String, Tensor> updated() {
        return trace.updated();
    }

    /** Returns the weights that were to be updated and that no loss reaches. */
    public Set<String> unreached() {
        return trace.unreached();
    }

    /** Returns the gradients as reverse mode made them, by the path of their weight. */
    public Map<String, Tensor> rawGradients() {
        return trace.gradients().raw();
    }

    /** Returns the weights of what counts in a batch, where they are not known before. */
    public Map<String, Tensor> lossWeights() {
        return trace.gradients().lossWeights();
    }

    /** Returns what statistics take from the batch alone, by the path of the statistic. */
    public Map<String, Tensor> measured() {
        return BatchStatistics.of(trace.model().nextStates());
    }

    /** Returns the port of the weight or statistic that a gradient or a measurement is named by. */
    public Port portOf(String path) {
        var declared = trace.model().declared();
        // A weight that is differentiated by twice has a number after its path.
        String weight =
                declared.containsKey(path) ? path : path.substring(0, path.lastIndexOf('/'));
        return declared.get(weight).port();
    }

    /** Returns the norm of all gradients as optimizers have them; [1]. */
    public Tensor gradientNorm() {
        return trace.gradientNorm();
    }

    /** Returns the largest gradient, where the loss is scaled; [1]. */
    public List<Tensor> largestGradient() {
        return trace.largestGradient();
    }

    /** Returns the outputs by which all state moves on after a step that updates. */
    public List<Program.Output> moves() {
        return trace.moves();
    }

    /** Returns the outputs by which state moves on after a step that only adds up gradients. */
    public List<Program.Output> accumulations() {
        return trace.accumulations();
    }

    /** Returns what it reports. */
    @Override
    public String toString() {
        return "a traced step: " + report;
    }
}
