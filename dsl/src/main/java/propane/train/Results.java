package propane.train;

import propane.nn.Metric;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Metrics and their values.
 *
 * @param values the values by the metrics' names, in order
 */
public record Results(Map<String, Double> values) {
    /** Copies the map. */
    public Results {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns results without any value. */
    public static Results none() {
        return new Results(Map.of());
    }

    /**
     * Returns the value of a metric.
     *
     * @throws UnknownNameException if it was not measured
     */
    public double value(Metric metric) {
        if (!has(metric)) {
            throw UnknownNameException.among("results: no metric", metric.name(), values.keySet());
        }
        return values.get(metric.name());
    }

    /** Returns whether a metric was measured. */
    public boolean has(Metric metric) {
        return values.containsKey(metric.name());
    }

    /** Returns for example {@code loss 0.2172, accuracy 0.9812}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> String.format("%s %.4f", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
