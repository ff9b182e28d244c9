package propane.train;

/** The line about a fit that lacks nothing of what was asked for. */
final class NothingToTrain {
    private NothingToTrain() {}

    static void say(RunState run, Options options) {
        if (!options.isNothingAsked()) {
            System.err.println(line(run, options.total(run)));
        }
    }

    private static String line(RunState run, int total) {
        String why =
                run.stopped().isEmpty()
                        ? "epochs("
                                + total
                                + ") is the total of a run, which has had "
                                + run.epoch()
                        : "the run ended early after epoch " + run.epoch() + ", " + run.stopped();
        return "fit: nothing to train: "
                + why
                + "; to train on: moreEpochs("
                + Math.max(1, total)
                + "), to begin a new run from its weights: load(Weights.read(path)) in a new"
                + " trainer";
    }
}
