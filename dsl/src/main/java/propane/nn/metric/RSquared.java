package propane.nn.metric;

import propane.nn.loss.LossSum;
import propane.nn.rule.ElementMeans;
import propane.nn.rule.SampleWeights;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * The coefficient of determination R² = 1 − Σ(t − p)² / Σ(t − mean(t))², the mean of each output's
 * (Wright, 1921). Targets that are all alike give 1 if they are met, else 0; an output of which
 * nothing counts is left out.
 *
 * <p>A batch hands out, for each output, its mean and what that lacks for rounding, and the
 * weighted means of squares from there; the host puts batches together as Chan et al. (1983) do, so
 * that nothing is lost where targets lie far from 0.
 */
record RSquared() implements Metric.Scalar {
    /** What is measured of each output: weight, squares missed, squares, rest, mean. */
    private static final int MEASURED = 5;

    /** What is kept of each output: weight, sum of squares missed, sum of squares, mean. */
    private static final int KEPT = 4;

    private static final double ROUNDING = 1e-10;

    @Override
    public String name() {
        return "r2";
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        var ones = new TensorType(DType.FLOAT32, Shape.shape(target.dim(0)));
        return measure(prediction, target, Tensor.ones(ones));
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        ElementMeans.requireSame(name(), prediction, target);
        Tensor targets = target.reshape(target.dim(0), -1);
        Tensor each =
                SampleWeights.beside(weights, target.shape())
                        .broadcastTo(target.shape())
                        .reshape(target.dim(0), -1);
        Tensor counts = each.greater(0);
        Tensor none = Tensor.zeros(targets.type());
        Tensor missed = prediction.reshape(prediction.dim(0), -1).sub(targets).square().mul(each);
        Tensor weight = each.mean(0);
        Tensor mean = LossSum.over(counts.where(targets.mul(each), none).mean(0), weight);
        Tensor from = counts.where(targets.sub(mean.expandDims(0)), none);
        return Tensor.stack(
                0,
                List.of(
                        weight,
                        counts.where(missed, none).mean(0),
                        from.square().mul(each).mean(0),
                        from.mul(each).mean(0),
                        mean));
    }

    @Override
    public int sums(int measured) {
        return measured / MEASURED * KEPT;
    }

    @Override
    public double[] add(double[] measured, int examples, double[] sums) {
        int outputs = measured.length / MEASURED;
        for (int i = 0; i < outputs; i++) {
            double weight = measured[i] * examples;
            if (weight > 0) {
                double rest = measured[3 * outputs + i] * examples / weight;
                double squares = measured[2 * outputs + i] * examples - weight * rest * rest;
                double way = measured[4 * outputs + i] + rest - sums[3 * outputs + i];
                double all = sums[i] + weight;
                sums[2 * outputs + i] += squares + way * way * sums[i] / all * weight;
                sums[3 * outputs + i] += way * weight / all;
                sums[outputs + i] += measured[outputs + i] * examples;
                sums[i] = all;
            }
        }
        return sums;
    }

    @Override
    public double value(double[] sums, double examples) {
        int outputs = sums.length / KEPT;
        double all = 0;
        int counted = 0;
        for (int i = 0; i < outputs; i++) {
            if (sums[i] == 0) {
                continue;
            }
            counted++;
            double missed = sums[outputs + i];
            double squares = sums[2 * outputs + i];
            // Below this it is rounding: float32 numbers that differ are farther apart.
            double least = sums[i] * Math.pow(ROUNDING * sums[3 * outputs + i], 2);
            all += squares > least ? 1 - missed / squares : missed == 0 ? 1 : 0;
        }
        return counted == 0 ? 0 : all / counted;
    }
}
