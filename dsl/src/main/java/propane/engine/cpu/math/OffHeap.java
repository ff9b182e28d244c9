package propane.engine.cpu.math;

import java.lang.foreign.MemorySegment;

/**
 * Memory outside of the heap, which is all memory that kernels compute in.
 *
 * <p>The just-in-time compiler takes its class from here. Left to itself it goes by all that the
 * process has done with vectors: the Vector API, while it is interpreted, turns floats into
 * integers through an array, and from then on each access would be compiled for arrays, too, and a
 * loop would look at bounds and lifetimes with every vector.
 */
public final class OffHeap {
    /** Its class. */
    public static final Class<?> CLASS = MemorySegment.NULL.getClass();

    private OffHeap() {}

    /** Returns the memory, of which then is known where it is. */
    public static MemorySegment known(MemorySegment memory) {
        if (memory.getClass() != CLASS) {
            throw elsewhere(memory);
        }
        return memory;
    }

    /** Returns the error of memory that is elsewhere. */
    public static AssertionError elsewhere(MemorySegment memory) {
        return new AssertionError("kernels compute outside of the heap, got " + memory);
    }
}
