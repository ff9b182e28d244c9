package propane.train.result;

import java.util.List;
import java.util.Locale;

/**
 * What a search for a learning rate found (Smith, 2017): the loss at rates that grow from batch to
 * batch, each by the same factor.
 *
 * @param trials the trials, rates growing
 */
public record LearningRateTrials(List<Trial> trials) {
    /** The share of the trials over which a slope is taken, and that is passed over at first. */
    private static final int PARTS = 10;

    /** Copies the list. */
    public LearningRateTrials {
        trials = List.copyOf(trials);
    }

    /**
     * The loss at one rate.
     *
     * @param rate the learning rate
     * @param loss the loss before the update by this rate
     * @param smoothed the mean of this loss and those before, older ones counting less
     */
    public record Trial(double rate, double loss, double smoothed) {}

    /**
     * Returns a rate to train with: the one around which the loss falls steepest, of those below
     * the rate of the smallest smoothed loss.
     */
    public double suggestion() {
        int end = smallest();
        int reach = Math.max(1, trials.size() / PARTS);
        int best = Math.max(0, end - reach);
        double steepest = 0;
        for (int i = Math.min(reach, best); i <= end; i++) {
            double slope = slope(Math.max(0, i - reach), Math.min(end, i + reach));
            if (slope < steepest) {
                steepest = slope;
                best = i;
            }
        }
        return trials.get(best).rate();
    }

    private int smallest() {
        int found = 0;
        for (int i = 1; i < trials.size(); i++) {
            if (trials.get(i).smoothed() < trials.get(found).smoothed()) {
                found = i;
            }
        }
        return found;
    }

    /** The slope of the line through some losses with the least squares of errors. */
    private double slope(int from, int to) {
        double middle = (from + to) / 2.0;
        double products = 0;
        double squares = 0;
        for (int i = from; i <= to; i++) {
            products += (i - middle) * trials.get(i).loss();
            squares += (i - middle) * (i - middle);
        }
        return squares == 0 ? 0 : products / squares;
    }

    /** Returns which rates were tried and which one is suggested. */
    @Override
    public String toString() {
        if (trials.isEmpty()) {
            return "no trials";
        }
        return String.format(
                Locale.ROOT,
                "%d trials from %.3g to %.3g, suggested %.3g",
                trials.size(),
                trials.getFirst().rate(),
                trials.getLast().rate(),
                suggestion());
    }
}
