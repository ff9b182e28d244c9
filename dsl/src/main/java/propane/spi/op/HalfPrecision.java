package propane.spi.op;

/**
 * What becomes of float16 results, as measured on the Neural Engine: each operation computes wide
 * and rounds once to the nearest float16; products and convolutions end at ±32,752, beyond which
 * their results are infinite; a sum ({@code reduce_sum}) is rounded at every element, in row-major
 * order.
 */
public final class HalfPrecision {
    /** The largest magnitude of a product's or convolution's result; larger ones are infinite. */
    public static final float LARGEST_PRODUCT = 32_752;

    private HalfPrecision() {}

    /** Returns the float16 nearest to a number; of two as near, the even one. */
    public static float rounded(float x) {
        return Float.float16ToFloat(Float.floatToFloat16(x));
    }

    /** Returns the float16 that a product's or convolution's sum ends as. */
    public static float product(float x) {
        float rounded = rounded(x);
        return Math.abs(rounded) > LARGEST_PRODUCT
                ? Math.copySign(Float.POSITIVE_INFINITY, rounded)
                : rounded;
    }

    /** Returns whether an op is a product or convolution. */
    public static boolean multiplies(Op op) {
        return op instanceof Linear || op instanceof Convolution;
    }

    /** Rounds the values of a float16 result of an operation, in place. */
    public static void round(Operation operation, double[] values) {
        boolean multiplies = multiplies(operation.op());
        for (int i = 0; i < values.length; i++) {
            float value = (float) values[i];
            values[i] = multiplies ? product(value) : rounded(value);
        }
    }
}
