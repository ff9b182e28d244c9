package propane.train;

import propane.tensor.NumericException;

/** A training program for one size of batch, with its results ready to be read. */
final class TrainingProgram {
    private final Compilation.Compiled compiled;
    private final boolean halves;
    private final Means.ResultPorts trained;
    private final Means.ResultPorts accumulated;

    TrainingProgram(Compilation.Compiled compiled) {
        this.compiled = compiled;
        this.halves = compiled.source().has("gradients");
        this.trained = halves ? compiled.results("gradients", "update") : compiled.results("train");
        this.accumulated = accumulated();
    }

    private Means.ResultPorts accumulated() {
        if (!compiled.source().has("accumulate")) {
            return trained;
        }
        return halves ? compiled.results("gradients") : compiled.results("accumulate");
    }

    Compilation.Compiled compiled() {
        return compiled;
    }

    /**
     * Runs one step.
     *
     * @param updates whether weights are updated, or gradients only added up
     * @param step the number of the step, for messages
     */
    Means.ResultPorts run(boolean updates, long step) {
        String last = updates ? "update" : "accumulate";
        String first = halves ? "gradients" : updates ? "train" : "accumulate";
        Means.ResultPorts results = updates ? trained : accumulated;
        if (!compiled.program().run(first) || halves && !compiled.program().run(last)) {
            throw new NumericException(
                    "step "
                            + step
                            + ": "
                            + results.notFinite()
                            + "\n    the first tensor that is not finite: "
                            + FirstBadTensor.find(
                                    compiled.source().function(first), compiled.frame())
                            + "\n    to mend it: lower the learning rate, clip the gradients, or"
                            + " scale the data; weights and slots are those before this step");
        }
        return results;
    }
}
