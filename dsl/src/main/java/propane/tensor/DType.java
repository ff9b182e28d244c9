package propane.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The element types of tensors and arrays: how large an element is, how it lies in memory (in the
 * byte order of the machine) and what becomes of a number that is stored as one.
 */
public enum DType {
    /** IEEE single precision; the type of weights and of ordinary arithmetic. */
    FLOAT32("fp32", ValueLayout.JAVA_FLOAT),
    /** IEEE half precision; the type the Neural Engine computes in. */
    FLOAT16("fp16", ValueLayout.JAVA_SHORT),
    /** Signed 32-bit integers: labels, tokens, indices, steps. */
    INT32("int32", ValueLayout.JAVA_INT),
    /** Truth values, one byte each: 0 or 1. */
    BOOL("bool", ValueLayout.JAVA_BYTE);

    private final String mil;
    private final ValueLayout layout;

    DType(String mil, ValueLayout layout) {
        this.mil = mil;
        this.layout = layout;
    }

    /** Returns the name of this type in MIL, for example {@code fp32}. */
    public String mil() {
        return mil;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return (int) layout.byteSize();
    }

    /** Returns the layout of one element in memory; of float16 that of its bits. */
    public ValueLayout layout() {
        return layout;
    }

    /** Returns whether arithmetic with fractions is possible: float32 or float16. */
    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT16;
    }

    /** Returns new memory on the heap for some elements, all of them 0. */
    MemorySegment allocate(int count) {
        return switch (this) {
            case FLOAT32 -> MemorySegment.ofArray(new float[count]);
            case FLOAT16 -> MemorySegment.ofArray(new short[count]);
            case INT32 -> MemorySegment.ofArray(new int[count]);
            case BOOL -> MemorySegment.ofArray(new byte[count]);
        };
    }

    /** Returns one element of memory; truth values are 0 and 1. */
    public double get(MemorySegment from, long index) {
        return switch (this) {
            case FLOAT32 -> from.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case FLOAT16 -> Float.float16ToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case INT32 -> from.getAtIndex(ValueLayout.JAVA_INT, index);
            case BOOL -> from.get(ValueLayout.JAVA_BYTE, index);
        };
    }

    /**
     * Stores one element: rounded to the nearest float32 or float16, cut to an int32, or 1 where
     * not 0.
     */
    public void set(MemorySegment to, long index, double value) {
        switch (this) {
            case FLOAT32 -> to.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case FLOAT16 ->
                    to.setAtIndex(
                            ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) value));
            case INT32 -> to.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
            case BOOL -> to.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
        }
    }

    /** Reads as many elements as the array is long, each as {@link #get} does. */
    public void read(MemorySegment from, double[] to) {
        switch (this) {
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

    /** Stores all elements of the array, each as {@link #set} does. */
    public void write(double[] from, MemorySegment to) {
        switch (this) {
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

    /** Copies elements of this type. */
    public void copy(MemorySegment from, MemorySegment to, long count) {
        MemorySegment.copy(from, 0, to, 0, count * bytes());
    }
}
