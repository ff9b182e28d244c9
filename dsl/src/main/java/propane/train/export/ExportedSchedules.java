package propane.train.export;

import propane.json.Json;
import propane.nn.Schedule;
import propane.nn.ScheduleForm;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.tensor.Setting;
import propane.train.port.Rate;

import java.util.ArrayList;
import java.util.List;

/**
 * The schedules of learning rates as a training package tells them: a built-in one by its formula,
 * a user's own as a table of its values, which an app cannot compute otherwise.
 */
public final class ExportedSchedules {
    /** The key of the user metadata that holds the JSON text. */
    static final String KEY = "propane.schedules";

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
        Setting.atLeast(1, "exportTraining: the number of updates", updates);
        if (updates > MOST) {
            throw new PropaneException(
                    "exportTraining: the number of updates must be at most "
                            + MOST
                            + ", got "
                            + updates
                            + "\n    to mend it: give fewer, the last value then stays, or take a"
                            + " built-in schedule, of which an app knows the formula");
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
            Schedule schedule = rate.schedule();
            String optimizer = rate.optimizer();
            json =
                    json.with(
                            optimizer,
                            ScheduleForm.isBuiltIn(schedule)
                                    ? form(schedule)
                                    : table(optimizer, schedule));
        }
        return json.text();
    }

    private static Json form(Schedule schedule) {
        ScheduleForm form = ScheduleForm.of(schedule).orElseThrow();
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

    private Json table(String optimizer, Schedule own) {
        if (updates == UNTOLD) {
            throw new PropaneException(
                    "exportTraining: the learning rate of "
                            + optimizer
                            + " follows a schedule of your own, which an app cannot compute\n    to"
                            + " mend it: say for how many updates, exportTraining(path, 10_000): so"
                            + " many of its values are written, and the last one stays");
        }
        var values = new ArrayList<Json>();
        for (long update = first; update < first + updates; update++) {
            double rate = own.at(update);
            if (!(rate >= 0 && rate <= Float.MAX_VALUE)) {
                throw new NumericException(
                        "exportTraining: the learning rate of "
                                + optimizer
                                + " at update "
                                + update
                                + " must be 0 or more and finite, got "
                                + rate
                                + "\n    to mend it: print schedule.at("
                                + update
                                + "), or export for fewer updates");
            }
            values.add(Json.of(rate));
        }
        return Json.object()
                .with("kind", "table")
                .with("first", first)
                .with("values", new Json.Items(values));
    }
}
