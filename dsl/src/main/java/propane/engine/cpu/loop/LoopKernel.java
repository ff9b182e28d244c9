package propane.engine.cpu.loop;

import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An elementwise loop over its memory.
 *
 * @param loop the loop
 * @param segments operands, then results, and where faults are told if some are watched
 * @param numbers the sizes
 */
public record LoopKernel(Loop loop, MemorySegment[] segments, int[] numbers) implements Kernel {
    /** Makes the offer to compute a unit by a loop. */
    public static KernelMatch offer(LoopPlan plan, LoopClasses classes) {
        var whole = plan.results().getFirst().shape();
        // An operand of the whole shape is read just before the same element is written.
        var overwritable =
                plan.loaded().stream().filter(operand -> operand.shape().equals(whole)).toList();
        return new KernelMatch.Taken(overwritable, 0, places -> bound(plan, classes, places));
    }

    private static Kernel bound(LoopPlan plan, LoopClasses classes, KernelMatch.Places places) {
        if (plan.results().getFirst().shape().size() == 0) {
            return () -> {};
        }
        var segments = new ArrayList<MemorySegment>();
        plan.loaded().forEach(operand -> segments.add(places.of(operand)));
        plan.results().forEach(result -> segments.add(places.of(result)));
        List<Boolean> watched = plan.results().stream().map(places::watches).toList();
        if (watched.contains(true)) {
            segments.add(places.fault());
        }
        return new LoopKernel(
                classes.of(plan, watched), segments.toArray(MemorySegment[]::new), plan.numbers());
    }

    @Override
    public void run() {
        loop.run(segments, numbers);
    }

    @Override
    public boolean tellsFaults() {
        return true;
    }
}
