package propane.spi.op;

import java.util.Arrays;

/**
 * The ways in which one sequence of labels is spelled over time: states blank, label, blank, …,
 * blank, of which each step keeps one, goes to the next, or leaves out a blank between two labels
 * that differ.
 */
final class Lattice {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final double[] z;
    private final double[] target;
    private final int time;
    private final int classes;
    private final int length;
    private final double[] logSums;
    private final double[] forward;
    private final int[] taken;
    private int states;

    Lattice(AlignmentLoss op, double[] z, double[] target) {
        this.z = z;
        this.target = target;
        this.time = op.logits().dim(1);
        this.classes = op.logits().dim(2);
        this.length = op.target().dim(1);
        this.logSums = new double[time];
        this.taken = new int[2 * length + 1];
        this.forward = new double[time * taken.length];
    }

    /** Returns the logarithm of the probability that a row's labels are spelled. */
    double forward(int row) {
        states = 1;
        for (int i = 0; i < length; i++) {
            double label = target[row * length + i];
            if (label < 1 || label >= classes) {
                break;
            }
            taken[states] = (int) label;
            states += 2;
        }
        for (int t = 0; t < time; t++) {
            logSums[t] = SoftmaxLoss.logSum(z, (row * time + t) * classes, classes);
            for (int s = 0; s < states; s++) {
                double before = t == 0 ? (s < 2 ? 0 : NEVER) : before(t - 1, s);
                forward[t * states + s] = before + log(row, t, taken[s]);
            }
        }
        int last = (time - 1) * states + states - 1;
        return states == 1 ? forward[last] : add(forward[last], forward[last - 1]);
    }

    private double before(int t, int s) {
        int at = t * states + s;
        double sum = s > 0 ? add(forward[at], forward[at - 1]) : forward[at];
        return isLeap(s) ? add(sum, forward[at - 2]) : sum;
    }

    /** Whether a state may follow the one before the last. */
    private boolean isLeap(int s) {
        return s > 2 && s < states && s % 2 == 1 && taken[s] != taken[s - 2];
    }

    /** Adds the gradient of a row's loss, times g, to zeros. */
    void gradient(int row, double g, double[] out) {
        double all = forward(row);
        if (all == NEVER) {
            return;
        }
        double[] after = new double[states];
        Arrays.fill(after, NEVER);
        after[states - 1] = 0;
        after[Math.max(0, states - 2)] = 0;
        for (int t = time - 1; t >= 0; t--) {
            int from = (row * time + t) * classes;
            for (int c = 0; c < classes; c++) {
                out[from + c] = g * Math.exp(log(row, t, c));
            }
            for (int s = 0; s < states; s++) {
                double share = Math.exp(forward[t * states + s] + after[s] - all);
                out[from + taken[s]] -= g * share;
            }
            for (int s = 0; s < states; s++) {
                after[s] += log(row, t, taken[s]);
            }
            for (int s = 0; s < states; s++) {
                double sum = s + 1 < states ? add(after[s], after[s + 1]) : after[s];
                after[s] = isLeap(s + 2) ? add(sum, after[s + 2]) : sum;
            }
        }
    }

    private double log(int row, int t, int c) {
        return z[(row * time + t) * classes + c] - logSums[t];
    }

    private static double add(double a, double b) {
        double high = Math.max(a, b);
        return high == NEVER ? NEVER : high + Math.log1p(Math.exp(Math.min(a, b) - high));
    }
}
