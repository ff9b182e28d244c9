package propane.train;

import propane.checkpoint.Checkpoint;
import propane.json.Json;
import propane.tensor.FormatException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** How a run's position and history stand in a checkpoint. */
final class CheckpointJson {
    private CheckpointJson() {}

    static Json.Members write(Position position, LearningRates.Change rates) {
        Json.Members sums = Json.object();
        Json.Members counts = Json.object();
        Means means = position.sums();
        for (int i = 0; i < means.names().size(); i++) {
            sums = sums.with(means.names().get(i), number(means.sum(i)));
            counts = counts.with(means.names().get(i), number(means.examples(i)));
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
        return object;
    }

    static Position read(Checkpoint saved, Path file) {
        try {
            Json.Members schedule = saved.schedule();
            var sums = new Means();
            Json.Members counts = object(schedule, "examples");
            for (var entry : object(schedule, "sums").members().entrySet()) {
                sums.restore(
                        entry.getKey(),
                        number(entry.getValue()),
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
        object.members().forEach((name, value) -> values.put(name, number(value)));
        return new Results(values);
    }

    private static Json.Members object(Json.Members in, String name) {
        return (Json.Members) in.members().get(name);
    }

    private static double number(Json value) {
        return Double.parseDouble(((Json.Text) value).value());
    }

    private static long integer(Json.Members in, String name) {
        return Long.parseLong(((Json.Digits) in.members().get(name)).literal());
    }
}
