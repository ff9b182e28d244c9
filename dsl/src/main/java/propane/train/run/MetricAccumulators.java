package propane.train.run;

import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.spi.Bindings;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.train.port.MeanLoss;
import propane.train.result.Results;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Sums of results over batches, each weighted by its examples, and what metrics make of them. */
final class MetricAccumulators {
    private final List<Sum> sums = new ArrayList<>();

    /** Returns the results of one batch as they stand in a bindings. */
    static Results of(ResultPorts ports) {
        var one = new MetricAccumulators();
        one.add(ports, 1);
        return one.results();
    }

    /** Adds the results of a batch as they stand in a bindings. */
    void add(ResultPorts ports, int count) {
        for (int i = 0; i < ports.count(); i++) {
            sum(ports, i).add(ports.measured(i), count);
        }
    }

    private Sum sum(ResultPorts ports, int index) {
        Metric metric = ports.metrics[index];
        for (Sum sum : sums) {
            if (sum.metric.name().equals(metric.name())) {
                // What comes from a checkpoint knows its name only.
                sum.metric = metric;
                return sum;
            }
        }
        var sum = new Sum(metric, new double[kept(metric, ports.measured[index].length)], 0);
        sums.add(sum);
        return sum;
    }

    private static int kept(Metric metric, int measured) {
        return metric instanceof Metric.Streaming streaming ? streaming.sums(measured) : measured;
    }

    Results results() {
        var values = new LinkedHashMap<String, Double>();
        var tables = new LinkedHashMap<String, NDArray>();
        for (Sum sum : sums) {
            String name = sum.metric.name();
            switch (sum.metric) {
                case MeanLoss loss -> values.put(Metrics.loss().name(), loss.value(sum.sums, 0));
                case Metric.Scalar single -> values.put(name, single.value(sum.sums, sum.examples));
                case Metric.Matrix table -> tables.put(name, table.matrix(sum.sums, sum.examples));
                default -> values.put(name, sum.sums[0] / sum.examples);
            }
        }
        return new Results(values, tables);
    }

    List<Sum> sums() {
        return sums;
    }

    /** Puts back what a checkpoint kept. */
    void restore(Metric metric, double[] kept, double count) {
        sums.add(new Sum(metric, kept, count));
    }

    /** The sums of one metric. */
    static final class Sum {
        private Metric metric;
        private double[] sums;
        private double examples;

        private Sum(Metric metric, double[] sums, double examples) {
            this.metric = metric;
            this.sums = sums;
            this.examples = examples;
        }

        private void add(double[] measured, int count) {
            if (metric instanceof Metric.Streaming streaming) {
                sums = streaming.add(measured, count, sums);
            } else {
                sums[0] += measured[0] * count;
            }
            examples += count;
        }

        String name() {
            return metric.name();
        }

        double[] sums() {
            return sums;
        }

        double examples() {
            return examples;
        }
    }

    /** The ports of a function's results, ready to be read. */
    static final class ResultPorts {
        private final Metric[] metrics;
        private final MemorySegment[] segments;
        private final boolean[] whole;
        private final double[][] measured;

        /**
         * Names ports and the metrics they are of.
         *
         * @param ports the ports, float32 or int32
         * @param bindings where they stand
         * @param metrics the metrics by name
         */
        ResultPorts(List<Port> ports, Bindings bindings, Map<String, Metric> metrics) {
            this.metrics = new Metric[ports.size()];
            this.segments = new MemorySegment[ports.size()];
            this.whole = new boolean[ports.size()];
            this.measured = new double[ports.size()][];
            for (int i = 0; i < measured.length; i++) {
                Port port = ports.get(i);
                this.metrics[i] = metrics.get(port.name());
                segments[i] = bindings.segment(port);
                whole[i] = port.type().dtype() == DType.INT32;
                measured[i] = new double[port.type().shape().size()];
            }
        }

        /** Returns which sums may be those of each result, by its name. */
        Map<String, Predicate<double[]>> sums() {
            var kept = new LinkedHashMap<String, Predicate<double[]>>();
            for (int i = 0; i < metrics.length; i++) {
                int count = measured[i].length;
                kept.put(
                        metrics[i].name(),
                        metrics[i] instanceof Metric.Streaming streaming
                                ? sums -> streaming.areSums(sums, count)
                                : sums -> sums.length == count);
            }
            return kept;
        }

        private int count() {
            return segments.length;
        }

        /** Returns the numbers of a result, in an array that the next call fills anew. */
        private double[] measured(int index) {
            double[] into = measured[index];
            for (int i = 0; i < into.length; i++) {
                into[i] =
                        whole[index]
                                ? segments[index].getAtIndex(ValueLayout.JAVA_INT, i)
                                : segments[index].getAtIndex(ValueLayout.JAVA_FLOAT, i);
            }
            return into;
        }

        /** Returns a text that names the results that are not finite. */
        String notFinite() {
            var bad = new ArrayList<String>();
            for (int i = 0; i < metrics.length; i++) {
                for (double value : measured(i)) {
                    if (!Double.isFinite(value)) {
                        bad.add(metrics[i].name() + " is " + value);
                        break;
                    }
                }
            }
            return String.join(", ", bad);
        }
    }
}
