package propane.nn;

import propane.tensor.Tensor;

import java.util.List;

/**
 * The coefficient of determination R² = 1 − Σ(t − p)² / Σ(t − mean(t))², the mean of each output's
 * (Wright, 1921). Targets that are all alike give 1 if they are met, else 0.
 */
record Determination() implements Metric.Single {
    @Override
    public String name() {
        return "r2";
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        Tensor targets = target.reshape(target.dim(0), -1);
        Tensor missed = prediction.reshape(prediction.dim(0), -1).sub(targets).square();
        Tensor mean = targets.mean(0);
        Tensor variance = targets.sub(mean.expandDims(0)).square().mean(0);
        return Tensor.stack(0, List.of(missed.mean(0), variance, mean));
    }

    /** The squares of means are kept, too: all variance is that within batches and between them. */
    @Override
    public int sums(int measured) {
        return measured / 3 * 4;
    }

    @Override
    public void add(double[] measured, int examples, double[] sums) {
        int outputs = measured.length / 3;
        for (int i = 0; i < measured.length; i++) {
            sums[i] += measured[i] * examples;
        }
        for (int i = 0; i < outputs; i++) {
            double mean = measured[2 * outputs + i];
            sums[3 * outputs + i] += mean * mean * examples;
        }
    }

    @Override
    public double value(double[] sums, double examples) {
        int outputs = sums.length / 4;
        double all = 0;
        for (int i = 0; i < outputs; i++) {
            double missed = sums[i] / examples;
            double mean = sums[2 * outputs + i] / examples;
            double between = sums[3 * outputs + i] / examples - mean * mean;
            double variance = sums[outputs + i] / examples + Math.max(0, between);
            all += variance == 0 ? (missed == 0 ? 1 : 0) : 1 - missed / variance;
        }
        return all / outputs;
    }
}
