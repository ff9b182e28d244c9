package propane.train;

/**
 * What the best epoch was.
 *
 * @param best the best value of the metric so far; not a number before the first
 * @param since the number of epochs since then
 */
record Watch(double best, int since) {
    static final Watch START = new Watch(Double.NaN, 0);

    /** Returns the watch after an epoch. */
    Watch next(double value, boolean largerIsBetter) {
        boolean better = Double.isNaN(best) || (largerIsBetter ? value > best : value < best);
        return better ? new Watch(value, 0) : new Watch(best, since + 1);
    }

    boolean isBest() {
        return since == 0;
    }
}
