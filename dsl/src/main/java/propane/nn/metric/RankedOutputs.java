package propane.nn.metric;

import propane.tensor.Problem;
import propane.tensor.PropaneException;

import java.util.Arrays;

/**
 * Outputs of a whole dataset, collected for areas under curves. An array holds the number of
 * classes (negative where each output is by itself), how many numbers follow that are used, and
 * those: of each row the outputs, then its label or a 0 or 1 for each output, then its weight or
 * that of each output.
 */
final class RankedOutputs {
    /** How many numbers stand before the rows. */
    static final int START = 2;

    /** Stands for what is not a number: sums in files are finite, and no float32 is as large. */
    private static final double NONE = Double.MAX_VALUE;

    /** 512 MiB of doubles. */
    private static final int MOST = 1 << 26;

    private RankedOutputs() {}

    /** Returns how many numbers a row has. */
    private static int row(double kind) {
        return (int) (kind > 0 ? kind + 2 : -3 * kind);
    }

    /** Returns how many weights a row has. */
    private static int weights(double kind) {
        return (int) (kind > 0 ? 1 : -kind);
    }

    /** Returns whether sums may have been collected from batches of so many numbers. */
    static boolean are(double[] sums, int measured) {
        if (sums.length < START) {
            return false;
        }
        double kind = sums[0];
        double used = sums[1];
        boolean isWhole = kind == Math.rint(kind) && used == Math.rint(used);
        if (!isWhole || used < 0 || used > sums.length - START || sums.length > START + MOST) {
            return false;
        }
        boolean isFitting =
                kind != 0 && Math.abs(kind) < measured && (measured - 1) % row(kind) == 0;
        return kind == 0 ? used == 0 : isFitting && used % row(kind) == 0;
    }

    /**
     * Adds the rows of a batch that count.
     *
     * @return the array, or a longer one
     * @throws PropaneException if they are more than can be collected
     */
    static double[] add(double[] measured, double[] sums) {
        double kind = measured[0];
        int row = row(kind);
        double[] into = sums;
        into[0] = kind;
        for (int from = 1; from < measured.length; from += row) {
            if (counts(measured, from + row - weights(kind), from + row)) {
                into = room(into, row);
                for (int k = 0; k < row; k++) {
                    into[START + (int) into[1] + k] = kept(measured[from + k]);
                }
                into[1] += row;
            }
        }
        return into;
    }

    private static boolean counts(double[] measured, int from, int end) {
        for (int i = from; i < end; i++) {
            if (measured[i] > 0) {
                return true;
            }
        }
        return false;
    }

    /** Infinite outputs rank with the largest numbers. */
    private static double kept(double output) {
        return Double.isNaN(output) ? NONE : Math.clamp(output, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    private static double output(double kept) {
        return kept == NONE ? Double.NaN : kept;
    }

    private static double[] room(double[] sums, int more) {
        int needed = (int) sums[1] + more;
        if (START + needed <= sums.length) {
            return sums;
        }
        if (needed > MOST) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "auc: an exact area needs all outputs, which are more than "
                                            + MOST
                                            + " numbers by now")
                            .fix("ask for auc().binned(1024)"));
        }
        return Arrays.copyOf(
                sums, START + Math.min(MOST, Math.max(needed, 2 * (sums.length - START))));
    }

    /** Returns the mean area over classes that some rows are of and some are not. */
    static double area(double[] sums) {
        int classes = (int) Math.abs(sums[0]);
        var areas = new Areas();
        if (classes > 0) {
            int rows = (int) (sums[1] / row(sums[0]));
            double[][] scores =
                    sums[0] > 0 ? odds(sums, classes, rows) : outputs(sums, classes, rows);
            for (int c = 0; c < classes; c++) {
                areas.add(curve(sums, scores[c], c));
            }
        }
        return areas.mean();
    }

    private static double[][] outputs(double[] sums, int classes, int rows) {
        double[][] scores = new double[classes][rows];
        for (int i = 0; i < rows; i++) {
            for (int c = 0; c < classes; c++) {
                scores[c][i] = output(sums[START + i * row(sums[0]) + c]);
            }
        }
        return scores;
    }

    /** Returns ln(p / (1 − p)) of the softmax p, which tells what is nearly sure apart, too. */
    private static double[][] odds(double[] sums, int classes, int rows) {
        double[][] scores = new double[classes][rows];
        double[] z = new double[classes];
        for (int i = 0; i < rows; i++) {
            for (int c = 0; c < classes; c++) {
                z[c] = output(sums[START + i * row(sums[0]) + c]);
            }
            int largest = 0;
            for (int c = 0; c < classes; c++) {
                largest = z[c] > z[largest] ? c : largest;
            }
            double second = Double.NEGATIVE_INFINITY;
            double all = 0;
            for (int c = 0; c < classes; c++) {
                all += Math.exp(z[c] - z[largest]);
                second = c == largest ? second : Math.max(second, z[c]);
            }
            double others = 0;
            for (int c = 0; c < classes; c++) {
                others += c == largest ? 0 : Math.exp(z[c] - second);
            }
            for (int c = 0; c < classes; c++) {
                // What the largest outweighs is summed without it, so that nothing cancels.
                double rest =
                        c == largest
                                ? second + Math.log(others)
                                : z[largest] + Math.log(all - Math.exp(z[c] - z[largest]));
                scores[c][i] = z[c] - rest;
            }
        }
        return scores;
    }

    private static Curve curve(double[] sums, double[] scores, int c) {
        int row = row(sums[0]);
        int classes = (int) Math.abs(sums[0]);
        boolean[] is = new boolean[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int from = START + i * row;
            is[i] = sums[0] > 0 ? sums[from + classes] == c : sums[from + classes + c] == 1;
            // What is no number is where it is wrong; −0 is 0.
            double wrong = is[i] ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            scores[i] = Double.isNaN(scores[i]) ? wrong : scores[i] + 0.0;
        }
        double[] places = Arrays.stream(scores).sorted().distinct().toArray();
        double[] of = new double[places.length];
        double[] others = new double[places.length];
        for (int i = 0; i < scores.length; i++) {
            int place = Arrays.binarySearch(places, scores[i]);
            double weight = sums[START + (i + 1) * row - (sums[0] > 0 ? 1 : classes - c)];
            of[place] += is[i] ? weight : 0;
            others[place] += is[i] ? 0 : weight;
        }
        var curve = new Curve();
        for (int i = 0; i < places.length; i++) {
            curve.add(of[i], others[i]);
        }
        return curve;
    }

    /** What is of a class and what is not, from the smallest outputs up. */
    static final class Curve {
        private double above;
        private double of;
        private double others;

        /** Adds those that have the same output. */
        void add(double here, double other) {
            above += here * (others + other / 2);
            of += here;
            others += other;
        }
    }

    /** Areas of several classes. */
    static final class Areas {
        private double sum;
        private int count;

        void add(Curve curve) {
            if (curve.of > 0 && curve.others > 0) {
                sum += curve.above / (curve.of * curve.others);
                count++;
            }
        }

        double mean() {
            return count == 0 ? 0.5 : sum / count;
        }
    }
}
