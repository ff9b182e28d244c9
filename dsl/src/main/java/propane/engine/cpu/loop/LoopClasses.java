package propane.engine.cpu.loop;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops written so far; those of one key share a class, and with it what the JIT made of it.
 */
public final class LoopClasses {
    private final Map<String, Loop> loops = new ConcurrentHashMap<>();

    /**
     * Returns the loop of a plan.
     *
     * @param watched for each result whether an element that is not finite is told
     */
    Loop of(LoopPlan plan, List<Boolean> watched) {
        return loops.computeIfAbsent(plan.key() + watched, _ -> LoopWriter.write(plan, watched));
    }
}
