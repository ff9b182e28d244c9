package propane.spi.op;

import propane.tensor.DType;

/** Arithmetic of int32 in doubles: what is too large wraps around, as in Java. */
public final class Integers {
    private Integers() {}

    /** Returns a product of two values of a type; doubles alone lose the low bits of large ones. */
    public static double product(DType dtype, double x, double y) {
        return dtype == DType.INT32 ? (int) x * (int) y : x * y;
    }

    /** Cuts values to whole numbers and wraps them around, in place. */
    public static void wrap(double[] values) {
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            values[i] = Math.abs(value) < 0x1p63 ? (int) (long) value : (int) value;
        }
    }
}
