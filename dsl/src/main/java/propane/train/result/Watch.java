package propane.train.result;

/**
 * What a watched metric has come to; a fold of the history, so that it is as old as that is.
 *
 * @param best the best value so far; not a number before the first
 * @param epoch the number of the epoch that had it, 0 before the first
 * @param since the number of epochs since then
 */
public record Watch(double best, int epoch, int since) {
    static final Watch START = new Watch(Double.NaN, 0, 0);

    /**
     * Returns the watch over the epochs behind one.
     *
     * @param after the number of the epoch behind which it begins
     */
    public static Watch over(History history, Watched watched, int after) {
        Watch watch = START;
        for (History.Epoch each : history.epochs()) {
            if (each.number() > after && watched.isMeasured(each)) {
                watch = watch.next(watched, watched.value(each), each.number());
            }
        }
        return watch;
    }

    private Watch next(Watched watched, double value, int number) {
        return watched.isBetter(value, best)
                ? new Watch(value, number, 0)
                : new Watch(best, epoch, since + 1);
    }
}
