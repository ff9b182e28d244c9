package propane.spi.op;

import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The steps of sequences [s, b, width] in the order in which they are taken.
 *
 * @param count how many there are
 * @param reverse whether the last comes first
 */
record Steps(int count, boolean reverse) {

    /** Returns the place of the step that is taken as number i. */
    int at(int i) {
        return reverse ? count - 1 - i : i;
    }

    /** Returns the place of the step that is taken last. */
    int last() {
        return at(count - 1);
    }

    /** Returns the steps of a sequence, each [b, width], by their places. */
    List<Tensor> of(Tensor sequence) {
        if (count == 1) {
            return List.of(flat(sequence));
        }
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return sequence.split(0, ones).stream().map(Steps::flat).toList();
    }

    private static Tensor flat(Tensor step) {
        return step.reshape(step.dim(1), step.dim(2));
    }

    /** Returns the sequence of some steps, given by their places. */
    static Tensor joined(Tensor... steps) {
        var parts = new ArrayList<Tensor>();
        for (Tensor step : steps) {
            parts.add(step.reshape(1, step.dim(0), step.dim(1)));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(0, parts);
    }

    /** Returns a step of a sequence, [b, width]. */
    static Tensor step(Tensor sequence, int place) {
        return flat(sequence.slice(0, place, place + 1));
    }

    /** Returns the sequence of what each step found: the result of the one before it. */
    Tensor before(Tensor initial, Tensor results) {
        Tensor first = initial.reshape(1, initial.dim(0), initial.dim(1));
        if (count == 1) {
            return first;
        }
        return reverse
                ? Tensor.concat(0, List.of(results.slice(0, 1, count), first))
                : Tensor.concat(0, List.of(first, results.slice(0, 0, count - 1)));
    }

    /** Returns the gradient of weights that all steps share, Σ gᵀ·h. */
    static Tensor ofWeights(Tensor gradient, Tensor before) {
        return Tensor.of(new Linear.Matmul(rows(gradient), rows(before), true, false));
    }

    private static Tensor rows(Tensor sequence) {
        return sequence.reshape(sequence.dim(0) * sequence.dim(1), sequence.dim(2));
    }

    /** Returns x·Wᵀ + b for all steps of a sequence. */
    static Tensor projected(Tensor x, Tensor weight, List<Tensor> bias) {
        Tensor product = Tensor.of(new Linear.Matmul(rows(x), weight, false, true));
        for (Tensor each : bias) {
            product = product.add(each);
        }
        return product.reshape(x.dim(0), x.dim(1), weight.dim(0));
    }

    /** Returns h·Wᵀ for the rows of one step. */
    static Tensor product(Tensor h, Tensor weight) {
        return Tensor.of(new Linear.Matmul(h, weight, false, true));
    }

    /**
     * Returns a tensor unless all its elements are known to be 0: an operand that may be absent.
     */
    static List<Tensor> unlessZero(Tensor tensor) {
        return Leaf.isZero(tensor) ? List.of() : List.of(tensor);
    }

    /** Returns the elements of x·Wᵀ + b, x of as many rows as fit. */
    static double[] projected(Evaluation e, Tensor x, Tensor weight, List<Tensor> bias) {
        int width = weight.dim(0);
        double[] in = e.of(x);
        double[] out = new double[x.shape().size() / Math.max(1, x.dim(-1)) * width];
        for (Tensor each : bias) {
            double[] numbers = e.of(each);
            for (int i = 0; i < out.length; i++) {
                out[i] = numbers[i % width];
            }
        }
        addProduct(in, 0, e.of(weight), out, 0, out.length / Math.max(1, width), weight);
        return out;
    }

    /** Adds x·Wᵀ to y, for some rows. */
    static void addProduct(
            double[] x, int xFrom, double[] w, double[] y, int yFrom, int rows, Tensor weight) {
        int out = weight.dim(0);
        int in = weight.dim(1);
        for (int i = 0; i < rows * out; i++) {
            double sum = 0;
            for (int k = 0; k < in; k++) {
                sum += x[xFrom + i / out * in + k] * w[i % out * in + k];
            }
            y[yFrom + i] += sum;
        }
    }

    /** Adds g·W to x, for some rows. */
    static void addBack(
            double[] g, int gFrom, double[] w, double[] x, int xFrom, int rows, Tensor weight) {
        int out = weight.dim(0);
        int in = weight.dim(1);
        for (int i = 0; i < rows * in; i++) {
            double sum = 0;
            for (int k = 0; k < out; k++) {
                sum += g[gFrom + i / in * out + k] * w[k * in + i % in];
            }
            x[xFrom + i] += sum;
        }
    }
}
