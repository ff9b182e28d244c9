package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The numbers, choices and selections that records are made of, as texts by name. */
final class RecordedSettings {
    private final Map<String, String> found = new LinkedHashMap<>();
    private final Schedule rate;

    private RecordedSettings(Schedule rate) {
        this.rate = rate;
    }

    /**
     * Returns what some objects are made of, as far as they are records.
     *
     * @param rate the learning rate, which is left out
     */
    static Map<String, String> of(Schedule rate, Object... records) {
        var settings = new RecordedSettings(rate);
        for (Object each : records) {
            settings.collect("", each);
        }
        return settings.found;
    }

    private void collect(String above, Object of) {
        if (of.getClass().isRecord()) {
            for (RecordComponent component : of.getClass().getRecordComponents()) {
                note(above + component.getName(), value(component, of));
            }
        }
    }

    private void note(String name, Object value) {
        switch (value) {
            case Schedule schedule -> note(name, schedule);
            case WeightFilter which -> {
                if (isNamed(which)) {
                    found.put(name, which.toString());
                }
            }
            case Number number -> found.put(name, number.toString());
            case Boolean choice -> found.put(name, choice.toString());
            case Enum<?> choice -> found.put(name, choice.name());
            case String text -> {
                if (!text.isEmpty()) {
                    found.put(name, text);
                }
            }
            case Optimizer inner ->
                    inner.settings().forEach((own, text) -> found.put(name + "." + own, text));
            case List<?> parts -> {
                for (int i = 0; i < parts.size(); i++) {
                    note(name + "[" + i + "]", parts.get(i));
                }
            }
            case Object part -> collect(name + ".", part);
        }
    }

    /** The learning rate may change; a user's own schedule has no text that lasts. */
    private void note(String name, Schedule schedule) {
        if (schedule != rate && ScheduleForm.isBuiltIn(schedule)) {
            boolean isNumber = ScheduleForm.isConstant(schedule);
            found.put(name, isNumber ? "" + schedule.at(0) : schedule.toString());
        }
    }

    /** Returns a component's value; one that a user's module keeps to itself counts as nothing. */
    private static Object value(RecordComponent component, Object of) {
        try {
            var accessor = component.getAccessor();
            return accessor.trySetAccessible()
                    ? Objects.requireNonNullElse(accessor.invoke(of), "")
                    : "";
        } catch (IllegalAccessException | InvocationTargetException e) {
            return "";
        }
    }

    /** A lambda has no name that lasts. */
    private static boolean isNamed(WeightFilter which) {
        return which.getClass().isRecord();
    }
}
