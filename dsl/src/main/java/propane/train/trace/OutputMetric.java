package propane.train.trace;

import propane.nn.metric.Metric;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/**
 * A metric of one of several outputs, whose name its own begins with.
 *
 * @param <M> whether it is a number or a table
 */
interface OutputMetric<M extends Metric.Streaming> extends Metric.Streaming {
    /** Returns the metric as it is named elsewhere. */
    M of();

    static Metric.Streaming of(String output, Metric.Streaming metric) {
        String name = output + "_" + metric.name();
        return switch (metric) {
            case Metric.Matrix table -> new Table(name, table);
            case Metric.PerExample mean -> new ByExample(name, mean);
            case Metric.Scalar single -> new Single(name, single);
            default -> throw new AssertionError(metric);
        };
    }

    @Override
    default boolean higherIsBetter() {
        return of().higherIsBetter();
    }

    @Override
    default Tensor measure(Tensor prediction, Tensor target) {
        return of().measure(prediction, target);
    }

    @Override
    default Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        return of().measure(prediction, target, weights);
    }

    @Override
    default int sums(int measured) {
        return of().sums(measured);
    }

    @Override
    default double[] add(double[] measured, int examples, double[] sums) {
        return of().add(measured, examples, sums);
    }

    @Override
    default boolean areSums(double[] sums, int measured) {
        return of().areSums(sums, measured);
    }

    /** A mean of one number for each example. */
    record ByExample(String name, Metric.PerExample of)
            implements OutputMetric<Metric.PerExample>, Metric.PerExample {
        @Override
        public Tensor each(Tensor prediction, Tensor target) {
            return of.each(prediction, target);
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return of.measure(prediction, target);
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            return of.measure(prediction, target, weights);
        }

        @Override
        public double value(double[] sums, double examples) {
            return of.value(sums, examples);
        }
    }

    /** Another number. */
    record Single(String name, Metric.Scalar of)
            implements OutputMetric<Metric.Scalar>, Metric.Scalar {
        @Override
        public double value(double[] sums, double examples) {
            return of.value(sums, examples);
        }
    }

    /** A table. */
    record Table(String name, Metric.Matrix of)
            implements OutputMetric<Metric.Matrix>, Metric.Matrix {
        @Override
        public NDArray matrix(double[] sums, double examples) {
            return of.matrix(sums, examples);
        }
    }
}
