package propane.train.run;

/** Lines on the standard error about a fit that does other than what may be expected. */
final class FitNotices {
    private FitNotices() {}

    static void sayNothingIsLacking(RunState run, Options options) {
        if (!options.isNothingAsked()) {
            System.err.println(line(run, options.total(run)));
        }
    }

    /** Says that the rest of an epoch is not what was left of it. */
    static void sayOtherOrder(RunState run, String order) {
        System.err.println(
                "fit: epoch "
                        + (run.epoch() + 1)
                        + " goes on after "
                        + run.examples()
                        + " examples, now "
                        + order
                        + ", before "
                        + (run.order().isEmpty()
                                ? "in an order that its file does not tell"
                                : run.order())
                        + ": of this epoch some examples may come twice and others not at all");
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
