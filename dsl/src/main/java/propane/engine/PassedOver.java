package propane.engine;

import propane.tensor.EngineException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The engines that do not run a program though they were wanted more, with the reasons. */
final class PassedOver {
    // Engines that want for the same thing tell it once.
    private final Map<String, String> names = new LinkedHashMap<>();

    void add(Engine engine, String reason) {
        names.putIfAbsent(reason, engine.name());
    }

    /** Returns what went wrong, in one line. */
    static String reason(EngineException error) {
        return error.rule().lines().findFirst().orElse("");
    }

    /** Returns why an engine was left after it had compiled a program. */
    static String atFirstStep(Engine engine, EngineException error) {
        String reason = reason(error);
        String prefix = prefix(engine.name());
        String bare = reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason;
        return prefix + "its first step failed: " + bare;
    }

    private static String prefix(String name) {
        return name + ": ";
    }

    /** Returns a line for each reason, which begins with an engine's name. */
    List<String> lines() {
        return names.entrySet().stream()
                .map(entry -> {
                    String prefix = prefix(entry.getValue());
                    String reason = entry.getKey();
                    return reason.startsWith(prefix) ? reason : prefix + reason;
                })
                .toList();
    }
}
