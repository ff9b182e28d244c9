package propane.nn;

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
     * Returns the share of examples whose largest output is the label's; of one output, a logit,
     * the share of those on the target's side.
     */
    public static Accuracy accuracy() {
        return new Accuracy(1, 0, List.of());
    }

    /** Returns the share of examples whose label's output is among the largest ones. */
    public static Accuracy topKAccuracy(int k) {
        return new Accuracy(k, 0, List.of());
    }

    /** Returns the share of all outputs, each a logit, that are on their target's side. */
    public static BinaryAccuracy binaryAccuracy() {
        return new BinaryAccuracy(0);
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
        return new AbsoluteError();
    }

    /** Returns the mean squared error. */
    public static Metric.PerExample mse() {
        return new SquaredError();
    }

    /** Returns the root of the mean squared error. */
    public static Metric.Scalar rmse() {
        return new RootMeanSquare();
    }

    /** Returns the share of the targets' variance that is predicted, R². */
    public static Metric.Scalar r2() {
        return new RSquared();
    }

    /** Returns the perplexity of labels, the exponential of their mean cross-entropy. */
    public static Perplexity perplexity() {
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

    record AbsoluteError() implements Metric.PerElement {
        @Override
        public String name() {
            return "mae";
        }

        @Override
        public boolean higherIsBetter() {
            return false;
        }

        @Override
        public LossTerms terms(Tensor prediction, Tensor target) {
            ElementMeans.requireSame(name(), prediction, target);
            return LossTerms.of(prediction.sub(target).abs());
        }
    }

    record SquaredError() implements Metric.PerElement {
        @Override
        public String name() {
            return "mse";
        }

        @Override
        public boolean higherIsBetter() {
            return false;
        }

        @Override
        public LossTerms terms(Tensor prediction, Tensor target) {
            return squares(name(), prediction, target);
        }
    }

    private static LossTerms squares(String name, Tensor prediction, Tensor target) {
        ElementMeans.requireSame(name, prediction, target);
        return LossTerms.of(prediction.sub(target).square());
    }

    record RootMeanSquare() implements Metric.Scalar {
        @Override
        public String name() {
            return "rmse";
        }

        @Override
        public boolean higherIsBetter() {
            return false;
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return squares(name(), prediction, target).measured();
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            return squares(name(), prediction, target).sampleWeight(weights).measured();
        }

        @Override
        public double value(double[] sums, double examples) {
            double counted = sums.length == 1 ? examples : sums[1];
            return counted > 0 ? Math.sqrt(sums[0] / counted) : 0;
        }
    }
}
