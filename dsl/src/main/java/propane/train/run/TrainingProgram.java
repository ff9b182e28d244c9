package propane.train.run;

import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.train.port.StepResults;
import propane.train.trace.StepPlan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A training program for one size of batch, with its results ready to be read. */
public final class TrainingProgram {
    /** Results that update gives and that tell nothing of examples. */
    private static final Set<String> OF_GRADIENTS =
            Set.of(StepResults.LARGEST_GRADIENT, StepResults.GRADIENT_NORM);

    private final Compilation.Compiled compiled;
    private final Part updating;
    private final Part accumulating;
    private final boolean overlaps;
    private int changes;

    TrainingProgram(Compilation.Compiled compiled, StepPlan plan) {
        this.compiled = compiled;
        this.changes = compiled.program().changes();
        this.updating = part(plan.updating());
        this.accumulating = plan.accumulating().isEmpty() ? updating : part(plan.accumulating());
        this.overlaps =
                switch (plan) {
                    case StepPlan.Whole _ -> false;
                    case StepPlan.Split split ->
                            Stream.concat(Stream.of(split.update()), split.accumulate().stream())
                                    .allMatch(TrainingProgram::isOfGradients);
                };
    }

    /**
     * What runs in turn, and its results.
     *
     * @param functions the names of the functions
     */
    private record Part(String[] functions, MetricAccumulators.ResultPorts results) {}

    private Part part(List<Program.Function> functions) {
        return new Part(
                functions.stream().map(Program.Function::name).toArray(String[]::new),
                compiled.results(functions));
    }

    /** Returns whether nothing of a function depends on examples, but by their gradients. */
    private static boolean isOfGradients(Program.Function function) {
        return function.inputs().stream().noneMatch(port -> port.role() == Role.BATCH)
                && function.outputs().stream()
                        .map(Program.Output::port)
                        .filter(port -> port.role() == Role.RESULT)
                        .map(Port::name)
                        .allMatch(OF_GRADIENTS::contains);
    }

    /** Returns which sums may be those of each result, by its name. */
    Map<String, Predicate<double[]>> sums() {
        var all = new LinkedHashMap<>(updating.results().sums());
        all.putAll(accumulating.results().sums());
        return all;
    }

    /** Returns the compiled program that it runs. */
    public Compilation.Compiled compiled() {
        return compiled;
    }

    /** Returns whether another engine or other memory took over since this was asked last. */
    boolean deviceChanged() {
        int before = changes;
        changes = compiled.program().changes();
        return changes != before;
    }

    /**
     * Runs one step. Where it is split, the update neither reads examples nor reports of them: the
     * next ones may be brought into the bindings while it runs.
     *
     * @param updates whether weights are updated, or gradients only added up
     * @param step the number of the step, for messages
     * @param meanwhile what may be done while the update runs; left out where there is none
     */
    MetricAccumulators.ResultPorts run(boolean updates, long step, Runnable meanwhile) {
        Part part = updates ? updating : accumulating;
        String[] functions = part.functions();
        MetricAccumulators.ResultPorts results = part.results();
        for (int i = 0; i < functions.length; i++) {
            boolean isFine =
                    overlaps && i > 0
                            ? compiled.program().run(functions[i], meanwhile)
                            : compiled.program().run(functions[i]);
            if (!isFine) {
                throw notFinite(step, functions[i], results);
            }
        }
        if (compiled.program().isSpoiled()) {
            throw new NumericException(
                    Problem.ofRule(
                                    "step "
                                            + step
                                            + ": the new state is not finite though the gradients"
                                            + " are: "
                                            + TrainerState.firstBad(compiled.bindings()))
                            .fix(
                                    "look at the learning rate, the optimizer and the scale of the"
                                        + " data; the state is spoiled: load a checkpoint, or begin"
                                        + " anew"));
        }
        return results;
    }

    private NumericException notFinite(
            long step, String function, MetricAccumulators.ResultPorts results) {
        String named = results.notFinite();
        String unnamed =
                hasFiniteGradients(function)
                        ? "the next state of the model is not finite"
                        : "the gradients are not finite";
        return new NumericException(
                AnomalyDetection.find(
                                "step " + step + ": " + (named.isEmpty() ? unnamed : named),
                                compiled.source().function(function),
                                compiled.bindings())
                        .fix(
                                "lower the learning rate, clip the gradients, or scale the data;"
                                        + " weights and slots are those before this step"));
    }

    /** Returns whether a function has computed a norm of its gradients, and a finite one. */
    private boolean hasFiniteGradients(String function) {
        return compiled.source().function(function).outputs().stream()
                .map(Program.Output::port)
                .filter(port -> port.name().equals(StepResults.GRADIENT_NORM))
                .anyMatch(port -> Double.isFinite(compiled.bindings().read(port).at(0)));
    }
}
