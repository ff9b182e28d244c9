package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.loss.LossTerms;
import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

import java.util.List;

/** The built-in metrics. */
public final class Metrics {
    private Metrics() {}

    /** Returns the loss. */
    public static Metric loss() {
        return new Loss();
    }

    /** Returns a number that a step of one's own reports. */
    public static Metric scalar(String name) {
        Preconditions.given("scalar: name", name);
        return new Scalar(name);
    }

    /**
     * Returns the share of labels whose output is the largest, of equal outputs the first one; an
     * output that is not a number is never right. Targets are int32 labels [batch, …], or shares of
     * the classes, of which the largest is the label. Of a single output, a logit, it is the share
     * of those on the side of their target, 0 or 1.
     */
    public static Metric.PerElement accuracy() {
        return accuracy(0);
    }

    /**
     * Returns {@link #accuracy()} for single outputs that mean yes above a number.
     *
     * @param threshold what a single output must exceed to be taken for yes: 0 of logits, 0.5 of
     *     probabilities
     */
    public static Metric.PerElement accuracy(double threshold) {
        return new Accuracy(1, threshold, List.of());
    }

    /**
     * Returns the share of labels whose output is among the largest ones; else as {@link
     * #accuracy()}.
     *
     * @param k how many outputs count as the largest, 1 or more
     */
    public static Metric.PerElement topKAccuracy(int k) {
        return new Accuracy(k, 0, List.of());
    }

    /**
     * Returns the share of all outputs, each a logit, that are on their target's side, 0 or 1; an
     * output that is not a number is on neither.
     */
    public static Metric.PerExample binaryAccuracy() {
        return binaryAccuracy(0);
    }

    /**
     * Returns {@link #binaryAccuracy()} for outputs that mean yes above a number.
     *
     * @param threshold what an output must exceed to be taken for yes: 0 of logits, 0.5 of
     *     probabilities
     */
    public static Metric.PerExample binaryAccuracy(double threshold) {
        return new BinaryAccuracy(threshold);
    }

    /** Returns the share of those taken for a class that are of it. */
    public static ClassScore precision() {
        return ClassScore.of(ClassScore.Kind.PRECISION);
    }

    /** Returns the share of those of a class that are taken for it. */
    public static ClassScore recall() {
        return ClassScore.of(ClassScore.Kind.RECALL);
    }

    /** Returns the harmonic mean of precision and recall. */
    public static ClassScore f1() {
        return ClassScore.of(ClassScore.Kind.F1);
    }

    /** Returns the table of how many of each class, a row, are taken for which one, a column. */
    public static ConfusionMatrix confusionMatrix() {
        return new ConfusionMatrix(0, List.of(), List.of());
    }

    /** Returns the area under the receiver operating characteristic. */
    public static AreaUnderCurve auc() {
        return new AreaUnderCurve(0, false, List.of());
    }

    /** Returns the mean absolute error. */
    public static Metric.PerExample mae() {
        return new ElementError("mae", false);
    }

    /** Returns the mean squared error. */
    public static Metric.PerExample mse() {
        return new ElementError("mse", true);
    }

    /** Returns the root of the mean squared error. */
    public static Metric.Scalar rmse() {
        return new RootMeanSquare();
    }

    /** Returns the share of the targets' variance that is predicted, R². */
    public static Metric.Scalar r2() {
        return new RSquared();
    }

    /**
     * Returns the perplexity of labels, the exponential of their mean cross-entropy: e<sup>H</sup>
     * with H that of the softmax over all labels that count, of how many labels, equally probable,
     * a guess would be as hard (Jelinek et al., 1977). It is infinite where e<sup>H</sup> is beyond
     * all numbers, and 1 where nothing counts.
     */
    public static Metric.Scalar perplexity() {
        return new Perplexity(List.of());
    }

    record Loss() implements Metric {
        @Override
        public String name() {
            return "loss";
        }

        @Override
        public boolean higherIsBetter() {
            return false;
        }
    }

    record Scalar(String name) implements Metric {}

    /** The mean of differences, each taken without its sign or squared. */
    record ElementError(String name, boolean isSquared) implements Metric.PerElement {
        @Override
        public boolean higherIsBetter() {
            return false;
        }

        @Override
        public LossTerms terms(Tensor prediction, Tensor target) {
            ElementMeans.requireSame(name, prediction, target);
            Tensor difference = prediction.sub(target);
            return LossTerms.of(isSquared ? difference.square() : difference.abs());
        }
    }

    record RootMeanSquare() implements Metric.Scalar {
        @Override
        public String name() {
            return "rmse";
        }

        private ElementError squares() {
            return new ElementError(name(), true);
        }

        @Override
        public boolean higherIsBetter() {
            return false;
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return CountedMean.of(squares().terms(prediction, target));
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            return CountedMean.of(squares().terms(prediction, target).sampleWeight(weights));
        }

        @Override
        public double value(double[] sums, double examples) {
            double counted = sums.length == 1 ? examples : sums[1];
            return counted > 0 ? Math.sqrt(sums[0] / counted) : 0;
        }
    }
}
