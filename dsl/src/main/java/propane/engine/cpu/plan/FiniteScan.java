package propane.engine.cpu.plan;

import propane.spi.cpu.Kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Looks for numbers that are not finite in what becomes state and no loop of ours makes.
 *
 * @param values float32 values
 * @param fault the float that is set to 1 where one is not finite
 */
public record FiniteScan(MemorySegment values, MemorySegment fault) implements Kernel {
    @Override
    public void run() {
        if (!isFinite(values)) {
            fault.set(ValueLayout.JAVA_FLOAT, 0, 1);
        }
    }

    /** Returns whether all float32 values of a segment are finite. */
    public static boolean isFinite(MemorySegment values) {
        long count = values.byteSize() / Float.BYTES;
        // x − x is 0 for finite numbers alone.
        float sum = 0;
        for (long i = 0; i < count; i++) {
            float x = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            sum += x - x;
        }
        return sum == 0;
    }
}
