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
        public boolean largerIsBetter() {
            return false;
        }
    }

    record Scalar(String name) implements Metric {}

    record BinaryAccuracy() implements Metric.ByExample {
        @Override
        public String name() {
            return "binary_accuracy";
        }

        @Override
        public Tensor each(Tensor prediction, Tensor target) {
            return ElementMeans.mean(Sides.of(prediction, 0).right(target));
        }
    }

    record AbsoluteError() implements Metric.ByExample {
        @Override
        public String name() {
            return "mae";
        }

        @Override
        public boolean largerIsBetter() {
            return false;
        }

        @Override
        public Tensor each(Tensor prediction, Tensor target) {
            return ElementMeans.mean(prediction.sub(target).abs());
        }
    }

    record RootMeanSquare() implements Metric.Single {
        @Override
        public String name() {
            return "rmse";
        }

        @Override
        public boolean largerIsBetter() {
            return false;
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return prediction.sub(target).square().mean();
        }

        @Override
        public double value(double[] sums, double examples) {
            return Math.sqrt(sums[0] / examples);
        }
    }
}
