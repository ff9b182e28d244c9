package propane.engine.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How single elements are read, rounded and written. */
public final class ScalarOps {
    private ScalarOps() {}

    /** Returns the float at an index. */
    public static float load(MemorySegment from, int index) {
        return from.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /** Returns the float16 at an index. */
    public static float loadHalf(MemorySegment from, int index) {
        return Float.float16ToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, index));
    }

    /** Returns the integer at an index. */
    public static int loadInt(MemorySegment from, int index) {
        return from.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    /** Returns the truth value at an index, a byte. */
    public static boolean loadTruth(MemorySegment from, int index) {
        return from.get(ValueLayout.JAVA_BYTE, index) != 0;
    }

    /** Writes a float to an index. */
    public static void store(float value, MemorySegment to, int index) {
        to.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** Writes a float16 to an index, rounded. */
    public static void storeHalf(float value, MemorySegment to, int index) {
        to.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(value));
    }

    /** Writes an integer to an index. */
    public static void store(int value, MemorySegment to, int index) {
        to.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    /** Writes a truth value to an index, a byte. */
    public static void store(boolean value, MemorySegment to, int index) {
        to.set(ValueLayout.JAVA_BYTE, index, (byte) (value ? 1 : 0));
    }

    /** Returns the nearest float16. */
    public static float half(float x) {
        return Float.float16ToFloat(Float.floatToFloat16(x));
    }
}
