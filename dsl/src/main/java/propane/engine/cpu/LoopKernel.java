package propane.engine.cpu;

import java.lang.foreign.MemorySegment;

/**
 * An elementwise loop over its memory.
 *
 * @param loop the loop
 * @param segments operands, then results
 * @param numbers the sizes
 */
record LoopKernel(Loop loop, MemorySegment[] segments, int[] numbers) implements Kernel {
    /** Makes the offer to compute a unit by a loop. */
    static Offer offer(LoopPlan plan, LoopClasses classes) {
        var whole = plan.results().getFirst().shape();
        // An operand of the whole shape is read just before the same element is written.
        var overwritable =
                plan.loaded().stream().filter(operand -> operand.shape().equals(whole)).toList();
        return new Offer.Taken(overwritable, 0, places -> bound(plan, classes, places));
    }

    private static Kernel bound(LoopPlan plan, LoopClasses classes, Offer.Places places) {
        if (plan.results().getFirst().shape().size() == 0) {
            return () -> {};
        }
        int loaded = plan.loaded().size();
        var segments = new MemorySegment[loaded + plan.results().size()];
        for (int i = 0; i < segments.length; i++) {
            segments[i] =
                    places.of(i < loaded ? plan.loaded().get(i) : plan.results().get(i - loaded));
        }
        return new LoopKernel(classes.of(plan), segments, plan.numbers());
    }

    @Override
    public void run() {
        loop.run(segments, numbers);
    }
}
