package propane.engine.cpu.loop;

import java.lang.foreign.MemorySegment;

/**
 * A function of floats that lie together, for kernels written by hand. It is a method of its own,
 * so that its vectors stay in registers.
 */
public interface RowLoop {
    /**
     * Writes the function's value of each of some floats.
     *
     * @param x where the floats are
     * @param from the index of the first
     * @param y where the values go, which may be the same memory
     * @param to the index of the first
     * @param count how many
     */
    void run(MemorySegment x, int from, MemorySegment y, int to, int count);

    /** Returns the loop of a function. */
    static RowLoop of(Function function) {
        return RowLoopWriter.write(function);
    }
}
