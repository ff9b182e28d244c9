package propane.train.result;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;

import propane.json.Json;
import propane.nn.metric.Metric;
import propane.spi.Preconditions;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;
import propane.writing.AtomicFile;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a training measured, epoch by epoch.
 *
 * @param epochs the epochs in order
 */
public record History(List<Epoch> epochs) {
    /** Copies the list. */
    public History {
        epochs = List.copyOf(epochs);
    }

    /**
     * One epoch.
     *
     * @param number counted from 1
     * @param step the number of batches so far
     * @param train means over the epoch
     * @param validations means over validation examples by their names, in order; there may be none
     */
    public record Epoch(int number, long step, Results train, Map<String, Results> validations) {
        /** Copies the map. */
        public Epoch {
            validations = Collections.unmodifiableMap(new LinkedHashMap<>(validations));
        }

        /**
         * Returns an epoch with one set of validation examples or none.
         *
         * @param validation means over them; nothing measured where there are none
         */
        public Epoch(int number, long step, Results train, Results validation) {
            this(
                    number,
                    step,
                    train,
                    validation.isEmpty() ? Map.of() : Map.of("validation", validation));
        }

        /** Returns the means over the first validation examples, or none. */
        public Results validation() {
            return validations.values().stream().findFirst().orElseGet(Results::none);
        }
    }

    /**
     * Returns the last value of a metric: of the validation where there is one, else of the
     * training.
     *
     * @throws UnknownNameException if there was no epoch, or the metric was not measured
     */
    public double last(Metric metric) {
        if (epochs.isEmpty()) {
            throw new UnknownNameException("history: no epoch was done");
        }
        return Watched.of(metric).value(epochs.getLast());
    }

    /**
     * Returns the epoch in which a metric was best, the first of several: of the validation where
     * there is one, else of the training. It is the one that lies in the second file of {@link
     * propane.train.option.Option#checkpoint(Path, Metric)}.
     *
     * @throws UnknownNameException if no epoch measured it
     */
    public Epoch best(Metric metric) {
        Preconditions.given("best: metric", metric);
        Watched.Best best = Watched.of(metric).best(this, 0);
        return epochs.stream()
                .filter(epoch -> epoch.number() == best.epoch())
                .findFirst()
                .orElseThrow(() ->
                        new UnknownNameException(
                                "history: no epoch has a number for the metric " + metric.name()));
    }

    /** Returns this history and one more epoch. */
    public History and(Epoch epoch) {
        var more = new ArrayList<>(epochs);
        more.add(epoch);
        return new History(more);
    }

    /**
     * Returns the history as comma-separated values (RFC 4180), a line an epoch, the first line the
     * names. What is not finite is {@code NaN}, {@code Infinity} or {@code -Infinity}.
     */
    public String toCsv() {
        var columns = new LinkedHashSet<String>();
        epochs.forEach(epoch -> columns.addAll(columns(epoch).keySet()));
        var text = new StringWriter();
        try (var csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            var line = new ArrayList<>(List.of("epoch", "step"));
            line.addAll(columns);
            csv.writeRecord(line);
            for (Epoch epoch : epochs) {
                line.clear();
                line.add(Integer.toString(epoch.number()));
                line.add(Long.toString(epoch.step()));
                Map<String, Double> values = columns(epoch);
                for (String column : columns) {
                    line.add(values.containsKey(column) ? values.get(column).toString() : "");
                }
                csv.writeRecord(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }

    /**
     * Returns the history as JSON, one object a line and epoch; {@code null} stands where a value
     * is not finite, which JSON has no number for.
     */
    public String toJsonLines() {
        return epochs.stream()
                .map(epoch -> {
                    Json.Members line =
                            Json.object().with("epoch", epoch.number()).with("step", epoch.step());
                    for (var column : columns(epoch).entrySet()) {
                        double value = column.getValue();
                        line =
                                line.with(
                                        column.getKey(),
                                        Double.isFinite(value) ? Json.of(value) : Json.NULL);
                    }
                    return line.text() + "\n";
                })
                .collect(Collectors.joining());
    }

    /** Returns the columns of an epoch, validation after the name of its examples. */
    static Map<String, Double> columns(Epoch epoch) {
        var all = new LinkedHashMap<>(epoch.train().values());
        epoch.validations()
                .forEach((set, results) ->
                        results.values()
                                .forEach((name, value) -> all.put(set + "_" + name, value)));
        return all;
    }

    /**
     * Writes {@link #toCsv} to a file, whole or not at all.
     *
     * @throws PropaneException if it cannot be written; what stood there is untouched then
     */
    public void writeCsv(Path path) {
        AtomicFile.write(path, toCsv());
    }

    /**
     * Writes {@link #toJsonLines} to a file, whole or not at all.
     *
     * @throws PropaneException if it cannot be written; what stood there is untouched then
     */
    public void writeJsonLines(Path path) {
        AtomicFile.write(path, toJsonLines());
    }

    /** Returns a table, a line an epoch; of a long history its first and last ones. */
    @Override
    public String toString() {
        return HistoryTable.of(this);
    }
}
