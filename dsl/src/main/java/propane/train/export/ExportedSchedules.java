package propane.train.export;

import propane.json.Json;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;

import java.util.ArrayList;
import java.util.List;

/**
 * The schedules of learning rates as a training package tells them: a built-in one by its formula,
 * a user's own as a table of its values, which an app cannot compute otherwise.
 */
public final class ExportedSchedules {
    /** The key of the user metadata that holds the JSON text. */
    static final String KEY = "propane.schedules";

    /** The key of that of settings other than learning rates. */
    static final String SETTINGS = "propane.settings";

    /** Stands for a number of updates that was not told. */
    public static final long UNTOLD = 0;

    /** Twenty megabytes of text; a run is long past changes of its rate by then. */
    private static final int MOST = 1_000_000;

    private final long first;
    private final long updates;

    /**
     * Says which updates tables are for.
     *
     * @param first the number of updates made so far
     * @param updates how many more are made at most, or {@link #UNTOLD}
     */
    ExportedSchedules(long first, long updates) {
        this.first = first;
        this.updates = updates;
    }

    /**
     * Requires a number of updates that a table may be for, and returns it.
     *
     * @throws PropaneException if it is none, or too large for a package
     */
    public static long told(int updates) {
        Preconditions.atLeast(1, "exportTraining: the number of updates", updates);
        if (updates > MOST) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "exportTraining: the number of updates must be at most "
                                            + MOST
                                            + ", got "
                                            + updates)
                            .operand("updates", updates)
                            .fix(
                                    "give fewer, the last value then stays, or take a built-in"
                                            + " schedule, of which an app knows the formula"));
        }
        return updates;
    }

    /**
     * Returns the JSON text.
     *
     * @param rates the learning rates
     * @throws PropaneException if one is a user's own and the number of updates was not told
     */
    String json(List<Rate> rates) {
        var json = Json.object();
        for (Rate rate : rates) {
            String of = "the learning rate of " + rate.optimizer();
            json = json.with(rate.optimizer(), json(of, rate.schedule(), Double.POSITIVE_INFINITY));
        }
        return json.text();
    }

    /**
     * Returns the JSON text.
     *
     * @param settings what follows schedules beside learning rates
     * @throws PropaneException if one is a user's own and the number of updates was not told
     */
    String settings(List<ScheduledSetting> settings) {
        var json = Json.object();
        for (ScheduledSetting setting : settings) {
            String name = setting.port().name();
            var one =
                    Json.object().with("schedule", json(name, setting.schedule(), setting.below()));
            boolean isBounded = Double.isFinite(setting.below());
            json = json.with(name, isBounded ? one.with("below", setting.below()) : one);
        }
        return json.text();
    }

    private Json json(String of, Schedule schedule, double below) {
        return ScheduleForm.isBuiltIn(schedule) ? form(schedule) : table(of, schedule, below);
    }

    private static Json form(Schedule schedule) {
        var form = ScheduleForm.of(schedule).orElseThrow();
        var json = Json.object().with("kind", form.kind());
        for (var number : form.numbers().entrySet()) {
            json = json.with(number.getKey(), number(number.getValue()));
        }
        if (!form.milestones().isEmpty()) {
            var steps = form.milestones().stream().map(Json::of).toArray(Json[]::new);
            json = json.with("milestones", Json.array(steps));
        }
        for (var part : form.parts().entrySet()) {
            json = json.with(part.getKey(), form(part.getValue()));
        }
        return json;
    }

    private static Json number(Number number) {
        return number instanceof Long whole ? Json.of(whole) : Json.of(number.doubleValue());
    }

    private Json table(String of, Schedule own, double below) {
        if (updates == UNTOLD) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "exportTraining: "
                                            + of
                                            + " follows a schedule of your own, which an app cannot"
                                            + " compute")
                            .fix(
                                    "say for how many updates, exportTraining(path, 10_000): so"
                                            + " many of its values are written, and the last one"
                                            + " stays"));
        }
        var values = new ArrayList<Json>();
        for (long update = first; update < first + updates; update++) {
            double rate = own.at(update);
            if (!ScheduledSetting.isIn(rate, below)) {
                throw ScheduledSetting.outOfRange(
                        "exportTraining: " + of,
                        update,
                        rate,
                        below,
                        ", or export for fewer updates");
            }
            values.add(Json.of(rate));
        }
        return Json.object()
                .with("kind", "table")
                .with("first", first)
                .with("values", new Json.Items(values));
    }
}
