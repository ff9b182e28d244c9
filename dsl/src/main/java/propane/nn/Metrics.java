package propane.nn;

import propane.tensor.Tensor;

/** The small built-in metrics. */
final class Metrics {
    private Metrics() {}

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
