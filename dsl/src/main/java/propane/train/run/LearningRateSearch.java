package propane.train.run;

import propane.data.Dataset;
import propane.nn.metric.Metrics;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.result.LearningRateTrials;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains by rates that grow from update to update until the loss does, and then puts everything
 * back as it was.
 */
public final class LearningRateSearch {
    /** How much of the smoothed loss stays from one trial to the next. */
    private static final double SMOOTHING = 0.9;

    /** A smoothed loss so many times the smallest one ends the search. */
    private static final double TOO_LARGE = 4;

    private final Session session;
    private final BatchLoader feed;
    private int epoch;
    private int from;

    /** Tries rates over a dataset; the state is afterwards what it was, bit for bit. */
    public static LearningRateTrials over(
            Dataset data, Session session, double smallest, double largest, int trials) {
        return session.trying(
                () -> new LearningRateSearch(session, data).run(smallest, largest, trials));
    }

    private LearningRateSearch(Session session, Dataset data) {
        this.session = session;
        this.feed = session.trainingFeed(data, false, false);
    }

    private LearningRateTrials run(double smallest, double largest, int trials) {
        if (!(smallest > 0 && largest > smallest && trials >= 2)) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "findLearningRate: rates must grow from above 0 over 2 trials"
                                            + " or more, got "
                                            + smallest
                                            + " to "
                                            + largest
                                            + " over "
                                            + trials)
                            .operand("smallest", smallest)
                            .operand("largest", largest)
                            .operand("trials", trials));
        }
        Map<String, NDArray> state = new LinkedHashMap<>();
        var bindings = session.programs().state();
        for (Port port : bindings.ports()) {
            state.put(port.name(), bindings.read(port.name()));
        }
        LearningRates.Change change = session.rates().change();
        try {
            return tried(smallest, largest, trials);
        } finally {
            session.rates().change(change);
            session.programs().write(state);
        }
    }

    private LearningRateTrials tried(double smallest, double largest, int count) {
        var trials = new ArrayList<LearningRateTrials.Trial>();
        double average = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            double rate = smallest * Math.pow(largest / smallest, (double) i / (count - 1));
            session.use().requireOpen("findLearningRate");
            double loss = update(rate);
            average = SMOOTHING * average + (1 - SMOOTHING) * loss;
            double smoothed = average / (1 - Math.pow(SMOOTHING, i + 1));
            if (Double.isNaN(smoothed)
                    || i > 0 && smoothed > best + (TOO_LARGE - 1) * Math.abs(best)) {
                break;
            }
            best = Math.min(best, smoothed);
            trials.add(new LearningRateTrials.Trial(rate, loss, smoothed));
        }
        if (trials.isEmpty()) {
            throw new NumericException(
                    Problem.ofRule("findLearningRate: the loss is not finite before any update")
                            .operand("rate", smallest)
                            .fix("scale the data"));
        }
        return new LearningRateTrials(trials);
    }

    /** Makes one update and returns the mean loss of its batches; not a number where it failed. */
    private double update(double rate) {
        session.rates().change(LearningRates.Change.NONE.instead(rate));
        var means = new MetricAccumulators();
        do {
            int size = feed.size(from);
            TrainingProgram program = session.programs().training(size);
            feed.fill(program.compiled(), epoch, from);
            from = feed.size(from + size) == 0 ? 0 : from + size;
            epoch += from == 0 ? 1 : 0;
            try {
                means.add(session.runStep(program, false, () -> {}), size);
            } catch (NumericException e) {
                // A rate far too large, which is what the search ends with.
                return Double.NaN;
            }
        } while (session.gathered() != 0);
        return means.results().value(Metrics.loss());
    }
}
