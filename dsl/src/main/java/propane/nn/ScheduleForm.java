package propane.nn;

import propane.nn.Schedules.Constant;
import propane.nn.Schedules.Cosine;
import propane.nn.Schedules.CosineRestarts;
import propane.nn.Schedules.Exponential;
import propane.nn.Schedules.Joined;
import propane.nn.Schedules.Known;
import propane.nn.Schedules.Linear;
import propane.nn.Schedules.MultiStep;
import propane.nn.Schedules.OneCycle;
import propane.nn.Schedules.Polynomial;
import propane.nn.Schedules.Step;
import propane.nn.Schedules.Warmup;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A built-in schedule as its kind and what it is made of, so that others can write it down and
 * compute it elsewhere.
 *
 * @param kind the name of its formula
 * @param numbers the formula's numbers by name; whole ones as {@code Long}
 * @param milestones the updates at which it changes; empty where the formula has none
 * @param parts the schedules it is made of by name
 */
public record ScheduleForm(
        String kind,
        Map<String, Number> numbers,
        List<Long> milestones,
        Map<String, Schedule> parts) {
    /** Copies the collections; their order stays. */
    public ScheduleForm {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        milestones = List.copyOf(milestones);
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** Returns the form of a schedule; empty where it is a user's own. */
    public static Optional<ScheduleForm> of(Schedule schedule) {
        return schedule instanceof Known known ? Optional.of(form(known)) : Optional.empty();
    }

    /** Returns whether a schedule is known by its formula, and all that it is made of. */
    public static boolean isBuiltIn(Schedule schedule) {
        return of(schedule).stream()
                .anyMatch(form -> form.parts().values().stream().allMatch(ScheduleForm::isBuiltIn));
    }

    /** Returns whether a schedule has one value at all steps. */
    public static boolean isConstant(Schedule schedule) {
        return schedule instanceof Constant;
    }

    private static ScheduleForm form(Known known) {
        return switch (known) {
            case Constant(double value) -> kind("constant").with("value", value);
            case Cosine(double from, double to, long steps) ->
                    kind("cosine").with("from", from).with("to", to).with("steps", steps);
            case Step(double from, double factor, long every) ->
                    kind("step").with("from", from).with("factor", factor).with("every", every);
            case Exponential(double from, double factor) ->
                    kind("exponential").with("from", from).with("factor", factor);
            case Warmup(Schedule then, double start, long steps) ->
                    kind("warmup").with("start", start).with("steps", steps).with("then", then);
            case MultiStep(double from, double factor, List<Long> milestones) ->
                    kind("multiStep").with("from", from).with("factor", factor).at(milestones);
            case Polynomial(double from, double power, long steps) ->
                    kind("polynomial").with("from", from).with("power", power).with("steps", steps);
            case Linear(double from, double to, long steps) ->
                    kind("linear").with("from", from).with("to", to).with("steps", steps);
            case CosineRestarts(double from, double to, long steps, long longer) ->
                    kind("cosineRestarts")
                            .with("from", from)
                            .with("to", to)
                            .with("steps", steps)
                            .with("longer", longer);
            case OneCycle(double largest, long steps, double rise, double first, double last) ->
                    kind("oneCycle")
                            .with("largest", largest)
                            .with("steps", steps)
                            .with("rise", rise)
                            .with("first", first)
                            .with("last", last);
            case Joined(Schedule before, long step, Schedule next) ->
                    kind("joined").with("before", before).with("step", step).with("next", next);
        };
    }

    private static ScheduleForm kind(String kind) {
        return new ScheduleForm(kind, Map.of(), List.of(), Map.of());
    }

    private ScheduleForm with(String name, Number number) {
        var more = new LinkedHashMap<>(numbers);
        more.put(name, number);
        return new ScheduleForm(kind, more, milestones, parts);
    }

    private ScheduleForm with(String name, Schedule part) {
        var more = new LinkedHashMap<>(parts);
        more.put(name, part);
        return new ScheduleForm(kind, numbers, milestones, more);
    }

    private ScheduleForm at(List<Long> updates) {
        return new ScheduleForm(kind, numbers, updates, parts);
    }
}
