package propane.train.run;

import propane.tensor.NDArray;
import propane.train.option.Option;
import propane.train.result.History;
import propane.train.result.Watched;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a run stands and what it has learnt of itself: what {@code fit} takes, gives back and lays
 * into a checkpoint. What an option has seen is a fold of the history from the epoch on at which it
 * began to watch.
 *
 * @param epoch the number of whole epochs done, which decides order and noise of the next one
 * @param examples the number of examples trained on of the epoch at hand
 * @param history what was measured
 * @param sums what was added up of the epoch at hand
 * @param order in which order the epoch at hand has its examples, in words; nothing where that is
 *     not known
 * @param watching by option, the epoch after which it began to watch
 * @param watchesAll whether options that are not among those watch the whole history, as those of
 *     release 0.1 did
 * @param stopped why the run is at its end before all its epochs, or nothing
 * @param best the state of the best epoch, by port, where it is to come back in the end
 * @param begun the epoch from which {@code epochs(n)} counts: 0, or where an earlier fit of this
 *     process ended; in no checkpoint
 */
public record RunState(
        int epoch,
        int examples,
        History history,
        MetricAccumulators sums,
        String order,
        Map<String, Integer> watching,
        boolean watchesAll,
        String stopped,
        Map<String, NDArray> best,
        int begun) {
    /** Returns the beginning; sums grow, so that each run has its own. */
    public static RunState start() {
        var history = new History(List.of());
        return new RunState(
                0, 0, history, new MetricAccumulators(), "", Map.of(), false, "", Map.of(), 0);
    }

    RunState afterBatch(int more) {
        return at(epoch, examples + more, history, sums);
    }

    RunState afterEpoch(History longer) {
        return at(epoch + 1, 0, longer, new MetricAccumulators());
    }

    private RunState at(
            int newEpoch, int newExamples, History newHistory, MetricAccumulators newSums) {
        return new RunState(
                newEpoch,
                newExamples,
                newHistory,
                newSums,
                order,
                watching,
                watchesAll,
                stopped,
                best,
                begun);
    }

    /** Returns this run where all options that watch have begun to. */
    RunState watchedBy(List<Option.Monitoring<?>> options) {
        var more = new LinkedHashMap<>(watching);
        for (Option.Monitoring<?> option : options) {
            if (option instanceof Option.RestoreBest && !more.containsKey(option.key())) {
                // One best state is kept: that of another metric goes.
                more.keySet().removeIf(key -> key.startsWith(Option.RestoreBest.KEY));
            }
            more.putIfAbsent(option.key(), watchesAll ? 0 : epoch);
        }
        return with(more, false, stopped, best, begun);
    }

    /** Returns this run where an option sees nothing of what was before. */
    RunState watchedAnew(Option.Monitoring<?> option) {
        var more = new LinkedHashMap<>(watching);
        more.put(option.key(), epoch);
        return with(more, watchesAll, stopped, best, begun);
    }

    /** Returns what an option has seen so far. */
    Watched.Best watched(Option.Monitoring<?> option) {
        return option.watched().best(history, watching.get(option.key()));
    }

    /** Returns whether an epoch was done, and was the best that an option has seen. */
    boolean isBest(Option.Monitoring<?> option) {
        return watched(option).epoch() == lastEpoch();
    }

    private int lastEpoch() {
        return history.epochs().isEmpty() ? -1 : history.epochs().getLast().number();
    }

    /** Returns this run over examples in an order. */
    RunState ordered(String words) {
        return new RunState(
                epoch, examples, history, sums, words, watching, watchesAll, stopped, best, begun);
    }

    RunState stopped(String reason) {
        return with(watching, watchesAll, reason, best, begun);
    }

    RunState best(Map<String, NDArray> state) {
        return with(watching, watchesAll, stopped, state, begun);
    }

    /** Returns this run as it ended: what is asked for next in this process comes in addition. */
    RunState ended() {
        return with(watching, watchesAll, stopped, best, epoch);
    }

    /** Returns whether a fit of this process ended here. */
    public boolean hasEndedHere() {
        return epoch > 0 && examples == 0 && begun == epoch;
    }

    private RunState with(
            Map<String, Integer> newWatching,
            boolean all,
            String reason,
            Map<String, NDArray> newBest,
            int from) {
        return new RunState(
                epoch,
                examples,
                history,
                sums,
                order,
                Collections.unmodifiableMap(newWatching),
                all,
                reason,
                Collections.unmodifiableMap(newBest),
                from);
    }
}
