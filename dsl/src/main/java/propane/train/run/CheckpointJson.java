package propane.train.run;

import propane.checkpoint.Checkpoint;
import propane.json.Json;
import propane.json.JsonField;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.reading.Bounds;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.option.Precision;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.trace.TrainingSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** How a run's position, rates and history stand in a checkpoint. */
final class CheckpointJson {
    /** Whose the share of rates is in a file that does not tell: release 0.1 watched anew. */
    static final String FORMER = "release 0.1";

    private final JsonField schedule;
    private final JsonField history;
    private final Checkpoint saved;

    /**
     * Prepares to read.
     *
     * @param file the file, for messages
     */
    CheckpointJson(Checkpoint saved, Path file) {
        this.saved = saved;
        this.schedule = JsonField.parse(saved.schedule(), file + ": the checkpoint's schedule");
        this.history = JsonField.parse(saved.history(), file + ": the checkpoint's history");
    }

    /** Returns what schedules and stopping rules remember, in JSON. */
    static String write(
            RunState run,
            LearningRates.Change rates,
            TrainingSpec training,
            Map<String, Optimizer> optimizers,
            long updates) {
        Json.Members sums = Json.object();
        Json.Members counts = Json.object();
        for (MetricAccumulators.Sum sum : run.sums().sums()) {
            sums = sums.with(sum.name(), numbers(sum.sums()));
            counts = counts.with(sum.name(), number(sum.examples()));
        }
        Json.Members shares = Json.object();
        for (var share : rates.shares().entrySet()) {
            shares = shares.with(share.getKey(), number(share.getValue()));
        }
        Json.Members watching = Json.object();
        for (var option : run.watching().entrySet()) {
            watching = watching.with(option.getKey(), option.getValue());
        }
        Json.Members told = Json.object();
        return (run.watchesAll() ? told : told.with("watching", watching))
                .with("stopped", run.stopped())
                .with("order", run.order())
                .with("sums", sums)
                .with("examples", counts)
                .with("learning_rate", number(rates.instead()))
                .with("learning_rate_share", number(rates.share()))
                .with("learning_rate_shares", shares)
                .with("batch_size", training.batch())
                .with("accumulate", training.accumulate())
                .with("updates", updates)
                .with("average", number(training.average()))
                .with("optimizers", OptimizerSettings.json(optimizers))
                .with("precision", training.precision().name())
                .text();
    }

    /** Doubles stand as their bits' text, so that not a number, too, comes back as it was. */
    private static String number(double value) {
        return Double.toString(value);
    }

    /** Several stand in one text: a large table is one value of JSON. */
    private static String numbers(double[] values) {
        return DoubleStream.of(values)
                .mapToObj(CheckpointJson::number)
                .collect(Collectors.joining(" "));
    }

    /** Returns what was recorded, in JSON. */
    static String write(History history) {
        var lines = new ArrayList<Json>();
        for (History.Epoch epoch : history.epochs()) {
            lines.add(
                    Json.object()
                            .with("epoch", epoch.number())
                            .with("step", epoch.step())
                            .with("train", write(epoch.train()))
                            .with("validations", validations(epoch)));
        }
        return new Json.Items(lines).text();
    }

    private static Json.Members validations(History.Epoch epoch) {
        Json.Members object = Json.object();
        for (var entry : epoch.validations().entrySet()) {
            object = object.with(entry.getKey(), write(entry.getValue()));
        }
        return object;
    }

    private static Json.Members write(Results results) {
        Json.Members object = Json.object();
        for (var entry : results.values().entrySet()) {
            object = object.with(entry.getKey(), number(entry.getValue()));
        }
        for (var entry : results.matrices().entrySet()) {
            object = object.with(entry.getKey(), table(entry.getValue()));
        }
        return object;
    }

    private static Json.Members table(NDArray table) {
        return Json.object()
                .with("dtype", table.dtype().mil())
                .with("dims", Json.array(table.shape().dims()))
                .with("elements", numbers(table.doubles()));
    }

    /** Returns how rates differ from their schedules; not at all in files that do not tell. */
    LearningRates.Change rates() {
        if (!schedule.has("learning_rate")) {
            return LearningRates.Change.NONE;
        }
        JsonField instead = schedule.at("learning_rate");
        if (!Double.isNaN(number(instead))) {
            requireRate(instead);
        }
        LearningRates.Change change = LearningRates.Change.NONE.instead(number(instead));
        double all = requireRate(schedule.at("learning_rate_share"));
        if (!schedule.has("learning_rate_shares")) {
            return all == 1 ? change : change.share(FORMER, all);
        }
        for (var share : schedule.at("learning_rate_shares").members().entrySet()) {
            change = change.share(share.getKey(), requireRate(share.getValue()));
        }
        return change;
    }

    private static double requireRate(JsonField field) {
        double number = number(field);
        if (!(number >= 0 && number <= Float.MAX_VALUE)) {
            throw field.error("must be 0 or more and finite, is " + number);
        }
        return number;
    }

    /** Returns the size of the file's batches, or that of this training if it does not tell. */
    int batch(int here) {
        return schedule.has("batch_size")
                ? schedule.at("batch_size").whole(1, Integer.MAX_VALUE)
                : here;
    }

    /**
     * Returns the number of updates made; former releases skipped none and counted batches alone.
     *
     * @param accumulate how many batches made one
     */
    long updates(int accumulate) {
        return schedule.has("updates")
                ? schedule.at("updates").whole(0, Integer.MAX_VALUE)
                : saved.step() / accumulate;
    }

    /** Returns by what share the file's running means fade, or that of this training. */
    double average(double here) {
        return schedule.has("average") ? number(schedule.at("average")) : here;
    }

    /**
     * Requires that the file was trained by optimizers set as these are, as far as it tells.
     *
     * @throws FormatException if it was trained by others
     */
    void requireOptimizers(Map<String, Optimizer> here, Path file) {
        if (schedule.has("optimizers")) {
            OptimizerSettings.requireSame(schedule.at("optimizers"), here, file.toString());
        }
    }

    /**
     * Requires that as many batches made one update, if the file tells: schedules and optimizers
     * count updates, and gradients may be added up in part.
     *
     * @throws FormatException if others did
     */
    void requireAccumulated(int here, Path file) {
        if (!schedule.has("accumulate")) {
            return;
        }
        int there = schedule.at("accumulate").whole(1, Integer.MAX_VALUE);
        if (there != here) {
            throw new FormatException(
                    Problem.ofFile(
                                    file,
                                    "batches of one update were "
                                            + there
                                            + ", in this training they are "
                                            + here)
                            .fix(
                                    "gradientAccumulation("
                                            + there
                                            + "), or load the weights alone:"
                                            + " load(Weights.read(path))"));
        }
    }

    /**
     * Requires that the file was trained in a precision, if it tells.
     *
     * @throws FormatException if it was trained in another one
     */
    void requirePrecision(Precision here) {
        if (schedule.has("precision") && !schedule.at("precision").string().equals(here.name())) {
            throw new FormatException(
                    Problem.ofFile(
                                    schedule.origin(),
                                    "it was trained in the precision "
                                            + Bounds.shown(schedule.at("precision").string())
                                            + ", this training has "
                                            + here.name())
                            .fix(
                                    "take the same precision, or load the weights alone:"
                                            + " load(Weights.read(path))"));
        }
    }

    /**
     * Returns where the run stands.
     *
     * @param sums which sums this training may keep of each result; what it does not measure any
     *     more is left out
     * @param metrics the metrics of this training, by name
     */
    RunState run(Map<String, Predicate<double[]>> sums, Map<String, Metric> metrics) {
        var means = new MetricAccumulators();
        JsonField counts = schedule.at("examples");
        for (var entry : schedule.at("sums").members().entrySet()) {
            String name = entry.getKey();
            double[] kept = numbers(entry.getValue());
            double count = finite(counts.at(name), number(counts.at(name)));
            for (double each : kept) {
                finite(entry.getValue(), each);
            }
            if (count <= 0) {
                throw counts.at(name).error("must be above 0, is " + count);
            }
            if (sums.containsKey(name)) {
                if (!sums.get(name).test(kept)) {
                    throw entry.getValue()
                            .error(
                                    "holds "
                                            + kept.length
                                            + " sums, which are not those that this training"
                                            + " keeps");
                }
                Metric metric = metrics.getOrDefault(name, Metrics.scalar(name));
                means.restore(metric, kept, count);
            }
        }
        var watching = new LinkedHashMap<String, Integer>();
        boolean isTold = schedule.has("watching");
        if (isTold) {
            schedule.at("watching")
                    .members()
                    .forEach(
                            (option, epoch) -> watching.put(option, epoch.whole(0, saved.epoch())));
        }
        return new RunState(
                saved.epoch(),
                saved.examples(),
                new History(history.items().stream().map(CheckpointJson::epoch).toList()),
                means,
                schedule.has("order") ? schedule.at("order").string() : "",
                watching,
                !isTold,
                schedule.has("stopped") ? schedule.at("stopped").string() : "",
                KeptBest.in(saved.slots()),
                0);
    }

    private static double finite(JsonField field, double number) {
        if (!Double.isFinite(number)) {
            throw field.error("must be finite, holds " + number);
        }
        return number;
    }

    private static History.Epoch epoch(JsonField line) {
        long step = line.at("step").whole();
        if (step < 0) {
            throw line.at("step").error("must not be negative, is " + step);
        }
        return new History.Epoch(
                line.at("epoch").whole(0, Integer.MAX_VALUE),
                step,
                results(line.at("train")),
                validations(line));
    }

    /** Returns the results of validation; release 0.1 had one set of them, or an empty one. */
    private static Map<String, Results> validations(JsonField line) {
        var sets = new LinkedHashMap<String, Results>();
        if (line.has("validations")) {
            line.at("validations").members().forEach((name, set) -> sets.put(name, results(set)));
            return sets;
        }
        Results only = results(line.at("validation"));
        if (!only.isEmpty()) {
            sets.put("validation", only);
        }
        return sets;
    }

    private static Results results(JsonField object) {
        var values = new LinkedHashMap<String, Double>();
        var tables = new LinkedHashMap<String, NDArray>();
        object.members()
                .forEach((name, value) -> {
                    if (value.value() instanceof Json.Members) {
                        tables.put(name, table(value));
                    } else {
                        values.put(name, number(value));
                    }
                });
        return new Results(values, tables);
    }

    private static NDArray table(JsonField table) {
        String name = table.at("dtype").string();
        DType dtype =
                Stream.of(DType.values())
                        .filter(each -> each.mil().equals(name))
                        .findFirst()
                        .orElseThrow(() -> table.at("dtype").error("is no element type"));
        Shape shape = table.at("dims").shape();
        double[] elements = numbers(table.at("elements"));
        if (shape.size() != elements.length) {
            throw table.at("elements").error("are " + elements.length + " for " + shape);
        }
        return NDArray.of(elements, new TensorType(dtype, shape));
    }

    /** Returns the numbers of a text; former releases made a list of texts. */
    private static double[] numbers(JsonField field) {
        if (field.value() instanceof Json.Items) {
            return field.items().stream().mapToDouble(CheckpointJson::number).toArray();
        }
        String text = field.string();
        return text.isEmpty()
                ? new double[0]
                : Stream.of(text.split(" ", -1)).mapToDouble(each -> number(each, field)).toArray();
    }

    private static double number(JsonField field) {
        return number(field.string(), field);
    }

    private static double number(String text, JsonField field) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            throw field.error("must hold numbers, holds \"" + Bounds.shown(text) + '"');
        }
    }
}
