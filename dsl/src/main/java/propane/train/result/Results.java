package propane.train.result;

import propane.nn.metric.Metric;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.UnknownNameException;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Metrics and their values.
 *
 * @param values the numbers by the metrics' names, in order
 * @param matrices the tables by the metrics' names, in order
 */
public record Results(Map<String, Double> values, Map<String, NDArray> matrices) {
    /** Copies the maps. */
    public Results {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        matrices = Collections.unmodifiableMap(new LinkedHashMap<>(matrices));
    }

    /** Returns results without any value. */
    public static Results none() {
        return of(Map.of());
    }

    /** Returns results that are numbers. */
    public static Results of(Map<String, Double> values) {
        return new Results(values, Map.of());
    }

    /**
     * Returns the value of a metric.
     *
     * @throws UnknownNameException if it was not measured, or is a table
     */
    public double value(Metric metric) {
        if (matrices.containsKey(metric.name())) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "results: "
                                            + metric.name()
                                            + " is no number but a table, "
                                            + matrices.get(metric.name()).type())
                            .operand(metric.name(), matrices.get(metric.name()))
                            .fix("ask for results.matrix(…)"));
        }
        if (!has(metric)) {
            throw unknown(metric);
        }
        return values.get(metric.name());
    }

    /**
     * Returns the table of a metric that has one.
     *
     * @throws UnknownNameException if it was not measured
     */
    public NDArray matrix(Metric.Matrix metric) {
        if (!matrices.containsKey(metric.name())) {
            throw unknown(metric);
        }
        return matrices.get(metric.name());
    }

    private UnknownNameException unknown(Metric metric) {
        Set<String> all = new LinkedHashSet<>(values.keySet());
        all.addAll(matrices.keySet());
        return UnknownNameException.among("results: no metric", metric.name(), all);
    }

    /** Returns whether a metric that is a number was measured. */
    public boolean has(Metric metric) {
        return values.containsKey(metric.name());
    }

    /** Returns whether nothing was measured. */
    public boolean isEmpty() {
        return values.isEmpty() && matrices.isEmpty();
    }

    /**
     * Returns the table of a metric as text, as {@link Metric.Matrix#text} writes it: {@code
     * results.text(confusionMatrix().classes("cat", "dog"))}.
     *
     * @throws UnknownNameException if it was not measured
     */
    public String text(Metric.Matrix metric) {
        return metric.text(matrix(metric));
    }

    /**
     * Returns the numbers, for example {@code loss 0.2172, accuracy 0.9812}, and after them the
     * types of tables.
     */
    @Override
    public String toString() {
        return Stream.concat(
                        values.entrySet().stream()
                                .map(entry ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.4f",
                                                entry.getKey(),
                                                entry.getValue())),
                        matrices.entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue().type()))
                .collect(Collectors.joining(", "));
    }
}
