package propane.train;

/**
 * Where a run stands.
 *
 * @param epoch the number of whole epochs done
 * @param batch the number of batches done of the epoch at hand
 * @param history what was measured
 * @param watch what the best epoch was
 * @param finished whether the run came to its end
 * @param sums what was added up of the epoch at hand
 */
record Position(int epoch, int batch, History history, Watch watch, boolean finished, Means sums) {
    /** Returns the beginning; sums grow, so that each run has its own. */
    static Position start() {
        return new Position(
                0, 0, new History(java.util.List.of()), Watch.START, false, new Means());
    }

    Position afterBatch(Means sums) {
        return new Position(epoch, batch + 1, history, watch, false, sums);
    }

    Position afterEpoch(History longer, Watch after) {
        return new Position(epoch + 1, 0, longer, after, false, new Means());
    }

    Position end() {
        return new Position(epoch, batch, history, watch, true, sums);
    }
}
