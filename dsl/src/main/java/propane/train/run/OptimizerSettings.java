package propane.train.run;

import propane.json.Json;
import propane.json.JsonField;
import propane.nn.Hyperparameters;
import propane.nn.Optimizer;
import propane.nn.Schedule;
import propane.nn.ScheduleForm;
import propane.nn.WeightFilter;
import propane.reading.Bounds;
import propane.tensor.FormatException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is set of an optimizer beside its learning rate, by name: the numbers, choices and
 * selections that its record is made of. Of an optimizer that is no record nothing is known.
 */
final class OptimizerSettings {
    private final Map<String, String> found = new LinkedHashMap<>();
    private final Schedule rate;

    private OptimizerSettings(Optimizer optimizer) {
        this.rate = optimizer.learningRate();
    }

    /** Returns the settings of optimizers, as a checkpoint holds them. */
    static Json.Members json(Map<String, Optimizer> optimizers) {
        Json.Members all = Json.object();
        for (var optimizer : optimizers.entrySet()) {
            Json.Members one = Json.object();
            for (var setting : of(optimizer.getValue()).entrySet()) {
                one = one.with(setting.getKey(), setting.getValue());
            }
            all = all.with(optimizer.getKey(), one);
        }
        return all;
    }

    static Map<String, String> of(Optimizer optimizer) {
        var settings = new OptimizerSettings(optimizer);
        settings.collect("", optimizer);
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
            case Hyperparameters shared ->
                    collect(name.substring(0, name.lastIndexOf('.') + 1), shared);
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

    /**
     * Requires that a checkpoint's optimizers were set as these are. What only one side knows, of
     * another release for example, is not compared.
     *
     * @throws FormatException if one was set otherwise
     */
    static void requireSame(JsonField there, Map<String, Optimizer> here, String file) {
        here.forEach((name, optimizer) -> {
            if (!there.has(name)) {
                return;
            }
            JsonField settings = there.at(name);
            of(optimizer)
                    .forEach((setting, value) -> {
                        if (settings.has(setting) && !settings.at(setting).string().equals(value)) {
                            throw new FormatException(
                                    file
                                            + ": it was trained by another optimizer: "
                                            + name
                                            + " with "
                                            + setting
                                            + " "
                                            + Bounds.shown(settings.at(setting).string())
                                            + ", here "
                                            + value
                                            + "\n"
                                            + "    fix: use the same optimizer, or load the"
                                            + " weights alone: load(Weights.read(path))");
                        }
                    });
        });
    }
}
