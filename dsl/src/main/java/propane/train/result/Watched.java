package propane.train.result;

import propane.nn.metric.Metric;
import propane.spi.Preconditions;

/**
 * What an option of a run watches: a metric of some examples.
 *
 * @param metric the metric
 * @param set the examples: a name that {@link propane.train.option.Option#validationData(String,
 *     propane.data.Dataset)} gave, {@code train} for those trained on, or nothing for the first
 *     validation examples where there are some, else those trained on
 * @param higherIsBetter whether a larger value is a better one
 */
public record Watched(Metric metric, String set, boolean higherIsBetter) {
    /** The name of the examples trained on. */
    public static final String TRAIN = "train";

    /** Checks that all is there. */
    public Watched {
        Preconditions.given("an option: metric", metric);
        Preconditions.given("an option: set", set);
    }

    /** Returns what a metric's own direction says, of the examples that are there. */
    public static Watched of(Metric metric) {
        return new Watched(metric, "", metric.higherIsBetter());
    }

    /** Returns this, watched on other examples. */
    public Watched on(String other) {
        return new Watched(metric, other, higherIsBetter);
    }

    /** Returns this in the other direction, or the same. */
    public Watched higherIsBetter(boolean larger) {
        return new Watched(metric, set, larger);
    }

    /** Returns whether an epoch measured it. */
    public boolean isMeasured(History.Epoch epoch) {
        return results(epoch).has(metric);
    }

    /** Returns what an epoch measured. */
    public double value(History.Epoch epoch) {
        return results(epoch).value(metric);
    }

    private Results results(History.Epoch epoch) {
        if (set.isEmpty()) {
            return epoch.validation().has(metric) ? epoch.validation() : epoch.train();
        }
        return set.equals(TRAIN)
                ? epoch.train()
                : epoch.validations().getOrDefault(set, Results.none());
    }

    /** Returns whether a value is better than the best one; what is not a number never is. */
    public boolean isBetter(double value, double best) {
        return !Double.isNaN(value)
                && (Double.isNaN(best) || (higherIsBetter ? value > best : value < best));
    }

    /**
     * What a watched metric has come to.
     *
     * @param value the best value so far; not a number before the first
     * @param epoch the number of the epoch that had it, 0 before the first
     * @param since the number of epochs since then
     */
    public record Best(double value, int epoch, int since) {
        private static final Best START = new Best(Double.NaN, 0, 0);
    }

    /**
     * Returns what it came to in a history: a fold of it, so that it is as old as that is.
     *
     * @param after the number of the epoch after which it is watched
     */
    public Best best(History history, int after) {
        Best best = Best.START;
        for (History.Epoch each : history.epochs()) {
            if (each.number() > after && isMeasured(each)) {
                best =
                        isBetter(value(each), best.value())
                                ? new Best(value(each), each.number(), 0)
                                : new Best(best.value(), best.epoch(), best.since() + 1);
            }
        }
        return best;
    }

    /** Returns for example {@code loss}, {@code holdout auc} or {@code train size, smaller}. */
    public String text() {
        String direction =
                higherIsBetter == metric.higherIsBetter()
                        ? ""
                        : higherIsBetter ? ", larger" : ", smaller";
        return (set.isEmpty() ? "" : set + " ") + metric.name() + direction;
    }
}
