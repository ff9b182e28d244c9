package propane.engine.cpu.loop;

import java.lang.foreign.MemorySegment;

/** A compiled elementwise loop; classes that implement it are written at run time. */
interface Loop {
    /**
     * Runs.
     *
     * @param segments the operands, then the results; then, if some are watched, a float that is
     *     set to 1 where one of their elements is not finite
     * @param numbers the lengths of the loops, then for each way of reading its steps along all but
     *     the last
     */
    void run(MemorySegment[] segments, int[] numbers);
}
