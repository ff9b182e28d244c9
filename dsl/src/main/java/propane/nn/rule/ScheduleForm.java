package propane.nn.rule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A built-in schedule as its kind and what it is made of, so that others can write it down and
 * compute it elsewhere.
 *
 * @param kind the name of its formula
 * @param numbers the formula's numbers by name; whole ones as {@code Long}
 * @param milestones the updates at which it changes; empty where the formula has none
 * @param parts the schedules it is made of by name
 * @param <S> schedules
 */
public record ScheduleForm<S>(
        String kind, Map<String, Number> numbers, List<Long> milestones, Map<String, S> parts) {
    private static final String CONSTANT = "constant";

    /** Copies the collections; their order stays. */
    public ScheduleForm {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        milestones = List.copyOf(milestones);
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** A schedule whose formula others can compute, too. */
    public interface Known<S> {
        /** Returns its form. */
        ScheduleForm<S> form();
    }

    /** Returns the form of a schedule; empty where it is a user's own. */
    // What schedules are made of are schedules.
    @SuppressWarnings("unchecked")
    public static <S> Optional<ScheduleForm<S>> of(S schedule) {
        return schedule instanceof Known<?> known
                ? Optional.of((ScheduleForm<S>) known.form())
                : Optional.empty();
    }

    /** Returns whether a schedule is known by its formula, and all that it is made of. */
    public static boolean isBuiltIn(Object schedule) {
        return of(schedule).stream()
                .anyMatch(form -> form.parts().values().stream().allMatch(ScheduleForm::isBuiltIn));
    }

    /** Returns the value of a schedule that has one value at all steps. */
    public static OptionalDouble constant(Object schedule) {
        return of(schedule).stream()
                .filter(form -> form.kind().equals(CONSTANT))
                .mapToDouble(form -> form.numbers().get("value").doubleValue())
                .findFirst();
    }

    /** Returns whether a schedule has one value at all steps. */
    public static boolean isConstant(Object schedule) {
        return constant(schedule).isPresent();
    }

    /** Returns whether a schedule is known to be 0 at all steps. */
    public static boolean isZero(Object schedule) {
        return constant(schedule).stream().anyMatch(value -> value == 0);
    }

    /** Returns the form of a schedule that has one value at all steps. */
    public static <S> ScheduleForm<S> constant(double value) {
        return ScheduleForm.<S>kind(CONSTANT).with("value", value);
    }

    /** Returns a form of a kind, as yet without anything. */
    public static <S> ScheduleForm<S> kind(String kind) {
        return new ScheduleForm<>(kind, Map.of(), List.of(), Map.of());
    }

    /** Returns this form with one more number. */
    public ScheduleForm<S> with(String name, Number number) {
        var more = new LinkedHashMap<>(numbers);
        more.put(name, number);
        return new ScheduleForm<>(kind, more, milestones, parts);
    }

    /** Returns this form with one more schedule that it is made of. */
    public ScheduleForm<S> withPart(String name, S part) {
        var more = new LinkedHashMap<>(parts);
        more.put(name, part);
        return new ScheduleForm<>(kind, numbers, milestones, more);
    }

    /** Returns this form with the updates at which it changes. */
    public ScheduleForm<S> at(List<Long> updates) {
        return new ScheduleForm<>(kind, numbers, updates, parts);
    }
}
