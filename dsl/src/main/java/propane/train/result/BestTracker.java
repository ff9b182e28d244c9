package propane.train.result;

/**
 * What a watched metric has come to; a fold of the history, so that it is as old as that is.
 *
 * @param best the best value so far; not a number before the first
 * @param epoch the number of the epoch that had it, 0 before the first
 * @param since the number of epochs since then
 */
public record BestTracker(double best, int epoch, int since) {
    static final BestTracker START = new BestTracker(Double.NaN, 0, 0);

    /**
     * Returns the watch over the epochs after one.
     *
     * @param after the number of the epoch after which it begins
     */
    public static BestTracker over(History history, Watched watched, int after) {
        BestTracker watch = START;
        for (History.Epoch each : history.epochs()) {
            if (each.number() > after && watched.isMeasured(each)) {
                watch = watch.next(watched, watched.value(each), each.number());
            }
        }
        return watch;
    }

    private BestTracker next(Watched watched, double value, int number) {
        return watched.isBetter(value, best)
                ? new BestTracker(value, number, 0)
                : new BestTracker(best, epoch, since + 1);
    }
}
