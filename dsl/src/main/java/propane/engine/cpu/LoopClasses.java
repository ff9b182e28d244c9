package propane.engine.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops written so far; those of one key share a class, and with it what the JIT made of it.
 */
final class LoopClasses {
    private final Map<String, Loop> loops = new ConcurrentHashMap<>();

    /** Returns the loop of a plan. */
    Loop of(LoopPlan plan) {
        return loops.computeIfAbsent(plan.key(), _ -> define(plan));
    }

    private static Loop define(LoopPlan plan) {
        try {
            var lookup = MethodHandles.lookup().defineHiddenClass(LoopWriter.write(plan), true);
            return (Loop) lookup.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("a written loop cannot be made: " + plan.key(), e);
        }
    }
}
