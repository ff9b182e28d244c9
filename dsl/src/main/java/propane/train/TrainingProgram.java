package propane.train;

import propane.tensor.NumericException;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** A training program for one size of batch, with its results ready to be read. */
final class TrainingProgram {
    /** Results that update gives and that tell nothing of examples. */
    private static final Set<String> OF_GRADIENTS =
            Set.of(LossScaling.LARGEST, StepPrograms.GRADIENT_NORM);

    private final Compilation.Compiled compiled;
    private final boolean halves;
    private final Means.ResultPorts trained;
    private final Means.ResultPorts accumulated;
    private final boolean overlaps;
    private int changes;

    TrainingProgram(Compilation.Compiled compiled) {
        this.compiled = compiled;
        this.changes = compiled.program().changes();
        this.halves = compiled.source().has("gradients");
        this.trained = halves ? compiled.results("gradients", "update") : compiled.results("train");
        this.accumulated = accumulated();
        this.overlaps =
                halves
                        && compiled.source().functions().stream()
                                .allMatch(TrainingProgram::overlaps);
    }

    private Means.ResultPorts accumulated() {
        if (!compiled.source().has("accumulate")) {
            return trained;
        }
        return halves ? compiled.results("gradients") : compiled.results("accumulate");
    }

    /** Returns whether nothing of a function but {@code gradients} depends on examples. */
    private static boolean overlaps(Program.Function function) {
        return function.name().equals("gradients")
                || function.inputs().stream().noneMatch(port -> port.role() == Role.BATCH)
                        && function.outputs().stream()
                                .map(Program.Output::port)
                                .filter(port -> port.role() == Role.RESULT)
                                .map(Port::name)
                                .allMatch(OF_GRADIENTS::contains);
    }

    private boolean second(String last, Runnable meanwhile) {
        return overlaps ? compiled.program().run(last, meanwhile) : compiled.program().run(last);
    }

    /** Returns which sums may be those of each result, by its name. */
    Map<String, Predicate<double[]>> sums() {
        var all = new LinkedHashMap<>(trained.sums());
        all.putAll(accumulated.sums());
        return all;
    }

    Compilation.Compiled compiled() {
        return compiled;
    }

    /** Returns whether another engine or other memory took over since this was asked last. */
    boolean deviceChanged() {
        int before = changes;
        changes = compiled.program().changes();
        return changes != before;
    }

    /**
     * Runs one step. Where it is computed by halves, the second one neither reads examples nor
     * reports of them: the next ones may be brought into the frame beside it.
     *
     * @param updates whether weights are updated, or gradients only added up
     * @param step the number of the step, for messages
     * @param meanwhile what may be done beside the second half; left out where there is none
     */
    Means.ResultPorts run(boolean updates, long step, Runnable meanwhile) {
        String last = updates ? "update" : "accumulate";
        String first = halves ? "gradients" : updates ? "train" : "accumulate";
        Means.ResultPorts results = updates ? trained : accumulated;
        if (!compiled.program().run(first)) {
            throw notFinite(step, first, results);
        }
        if (halves && !second(last, meanwhile)) {
            throw notFinite(step, last, results);
        }
        if (compiled.program().isSpoiled()) {
            throw new NumericException(
                    "step "
                            + step
                            + ": the new state is not finite though the gradients are: "
                            + TrainerState.firstBad(compiled.frame())
                            + "\n    to mend it: look at the learning rate and the optimizer; the"
                            + " state is spoiled: load a checkpoint, or begin anew");
        }
        return results;
    }

    private NumericException notFinite(long step, String function, Means.ResultPorts results) {
        String named = results.notFinite();
        return new NumericException(
                "step "
                        + step
                        + ": "
                        + (named.isEmpty() ? "the gradients are not finite" : named)
                        + "\n    the first tensor that is not finite: "
                        + FirstBadTensor.find(
                                compiled.source().function(function), compiled.frame())
                        + "\n    to mend it: lower the learning rate, clip the gradients, or"
                        + " scale the data; weights and slots are those before this step");
    }
}
