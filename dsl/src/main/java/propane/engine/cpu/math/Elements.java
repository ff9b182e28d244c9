package propane.engine.cpu.math;

import propane.tensor.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements in memory as doubles, and back: rounded, cut, or true where not 0. */
public final class Elements {
    private Elements() {}

    /** Reads as many elements as the array is long. */
    public static void read(MemorySegment from, DType dtype, double[] to) {
        switch (dtype) {
            case FLOAT32 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = from.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.float16ToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, i));
                }
            }
            case INT32 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = from.getAtIndex(ValueLayout.JAVA_INT, i);
                }
            }
            case BOOL -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = from.get(ValueLayout.JAVA_BYTE, i);
                }
            }
        }
    }

    /** Writes all elements of the array. */
    public static void write(double[] from, DType dtype, MemorySegment to) {
        switch (dtype) {
            case FLOAT32 -> {
                for (int i = 0; i < from.length; i++) {
                    to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) from[i]);
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < from.length; i++) {
                    short half = Float.floatToFloat16((float) from[i]);
                    to.setAtIndex(ValueLayout.JAVA_SHORT, i, half);
                }
            }
            case INT32 -> {
                for (int i = 0; i < from.length; i++) {
                    to.setAtIndex(ValueLayout.JAVA_INT, i, (int) from[i]);
                }
            }
            case BOOL -> {
                for (int i = 0; i < from.length; i++) {
                    to.set(ValueLayout.JAVA_BYTE, i, (byte) (from[i] != 0 ? 1 : 0));
                }
            }
        }
    }
}
