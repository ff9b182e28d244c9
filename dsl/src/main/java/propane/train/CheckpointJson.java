package propane.train;

import propane.checkpoint.Checkpoint;
import propane.json.Json;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** How a run's position and history stand in a checkpoint. */
final class CheckpointJson {
    private CheckpointJson() {}

    static Json.Members write(Position position, LearningRates.Change rates) {
        Json.Members sums = Json.object();
        Json.Members counts = Json.object();
        for (Means.Sum sum : position.sums().sums()) {
            sums = sums.with(sum.name(), numbers(sum.sums()));
            counts = counts.with(sum.name(), number(sum.examples()));
        }
        return Json.object()
                .with("best", number(position.watch().best()))
                .with("since", position.watch().since())
                .with("finished", position.finished())
                .with("sums", sums)
                .with("examples", counts)
                .with("learning_rate", number(rates.instead()))
                .with("learning_rate_share", number(rates.share()));
    }

    /** Returns how rates differ from their schedules; not at all in files that do not tell. */
    static LearningRates.Change rates(Checkpoint saved, Path file) {
        var members = saved.schedule().members();
        if (!members.containsKey("learning_rate")) {
            return LearningRates.Change.NONE;
        }
        try {
            return new LearningRates.Change(
                    number(members.get("learning_rate")),
                    number(members.get("learning_rate_share")));
        } catch (ClassCastException | NullPointerException | NumberFormatException e) {
            throw new FormatException(file + ": its learning rate is damaged", e);
        }
    }

    /** Doubles stand as their bits' text, so that not a number, too, comes back as it was. */
    private static String number(double value) {
        return Double.toString(value);
    }

    static List<Json> write(History history) {
        var lines = new ArrayList<Json>();
        for (History.Epoch epoch : history.epochs()) {
            lines.add(
                    Json.object()
                            .with("epoch", epoch.number())
                            .with("step", epoch.step())
                            .with("train", write(epoch.train()))
                            .with("validation", write(epoch.validation())));
        }
        return lines;
    }

    private static Json.Members write(Results results) {
        Json.Members object = Json.object();
        for (var entry : results.values().entrySet()) {
            object = object.with(entry.getKey(), number(entry.getValue()));
        }
        for (var entry : results.tables().entrySet()) {
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

    static Position read(Checkpoint saved, Path file) {
        try {
            Json.Members schedule = saved.schedule();
            var sums = new Means();
            Json.Members counts = object(schedule, "examples");
            for (var entry : object(schedule, "sums").members().entrySet()) {
                sums.restore(
                        entry.getKey(),
                        numbers(entry.getValue()),
                        number(counts.members().get(entry.getKey())));
            }
            var epochs = new ArrayList<History.Epoch>();
            for (Json line : saved.history()) {
                Json.Members epoch = (Json.Members) line;
                epochs.add(
                        new History.Epoch(
                                (int) integer(epoch, "epoch"),
                                integer(epoch, "step"),
                                results(object(epoch, "train")),
                                results(object(epoch, "validation"))));
            }
            return new Position(
                    saved.epoch(),
                    saved.batch(),
                    new History(epochs),
                    new Watch(
                            number(schedule.members().get("best")),
                            (int) integer(schedule, "since")),
                    schedule.members().get("finished").equals(Json.TRUE),
                    sums);
        } catch (ClassCastException | NullPointerException | NumberFormatException e) {
            throw new FormatException(file + ": its history or position is damaged", e);
        }
    }

    private static Results results(Json.Members object) {
        var values = new LinkedHashMap<String, Double>();
        var tables = new LinkedHashMap<String, NDArray>();
        object.members()
                .forEach((name, value) -> {
                    if (value instanceof Json.Members table) {
                        tables.put(name, table(table));
                    } else {
                        values.put(name, number(value));
                    }
                });
        return new Results(values, tables);
    }

    private static Json.Members object(Json.Members in, String name) {
        return (Json.Members) in.members().get(name);
    }

    private static NDArray table(Json.Members table) {
        DType dtype =
                Stream.of(DType.values())
                        .filter(each -> table.members().get("dtype").equals(Json.of(each.mil())))
                        .findFirst()
                        .orElseThrow(() -> new NumberFormatException("dtype"));
        var dims =
                ((Json.Items) table.members().get("dims"))
                        .items().stream().map(dim -> Integer.parseInt(dim.text())).toList();
        double[] elements = numbers(table.members().get("elements"));
        var type = new TensorType(dtype, new Shape(dims));
        if (type.shape().size() != elements.length) {
            throw new NumberFormatException("elements");
        }
        return NDArray.of(elements, type);
    }

    /** Numbers as their bits' texts; one alone, in files of old, without a list. */
    private static double[] numbers(Json value) {
        return value instanceof Json.Items list
                ? list.items().stream().mapToDouble(CheckpointJson::number).toArray()
                : new double[] {number(value)};
    }

    private static Json.Items numbers(double[] values) {
        return new Json.Items(
                DoubleStream.of(values).mapToObj(each -> Json.of(number(each))).toList());
    }

    private static double number(Json value) {
        return Double.parseDouble(((Json.Text) value).value());
    }

    private static long integer(Json.Members in, String name) {
        return Long.parseLong(((Json.Digits) in.members().get(name)).literal());
    }
}
