package propane.train;

import propane.nn.Metric;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/** A metric of one of several outputs, whose name its own begins with. */
final class OutputMetric {
    private OutputMetric() {}

    static Metric.Streaming of(String output, Metric.Streaming metric) {
        String name = output + "_" + metric.name();
        return switch (metric) {
            case Metric.Table table -> new Table(name, table);
            case Metric.Single single -> new Single(name, single);
            default -> throw new AssertionError(metric);
        };
    }

    private record Single(String name, Metric.Single of) implements Metric.Single {
        @Override
        public boolean largerIsBetter() {
            return of.largerIsBetter();
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return of.measure(prediction, target);
        }

        @Override
        public int sums(int measured) {
            return of.sums(measured);
        }

        @Override
        public void add(double[] measured, int examples, double[] sums) {
            of.add(measured, examples, sums);
        }

        @Override
        public double value(double[] sums, double examples) {
            return of.value(sums, examples);
        }
    }

    private record Table(String name, Metric.Table of) implements Metric.Table {
        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return of.measure(prediction, target);
        }

        @Override
        public int sums(int measured) {
            return of.sums(measured);
        }

        @Override
        public void add(double[] measured, int examples, double[] sums) {
            of.add(measured, examples, sums);
        }

        @Override
        public NDArray table(double[] sums, double examples) {
            return of.table(sums, examples);
        }
    }
}
