package propane.engine.cpu;

/**
 * Functions of one float, made of operations that IEEE 754 defines exactly, so that interpreted and
 * compiled code give the same bits, and the same bits as {@link VectorMath}. Errors stay below
 * about 2 units in the last place. The polynomials are Chebyshev fits of our own on the reduced
 * ranges.
 */
final class FloatMath {
    static final float LOG2_E = 1.44269504f;
    static final float LN2_HIGH = 0x1.62e4p-1f;
    static final float LN2_LOW = 1.42860677e-6f;

    /** Added to a small float, leaves its nearest integer in the lowest bits. */
    static final float ROUND = 12582912f;

    static final int ROUND_BITS = 0x4B400000;

    /** Below this e^x is 0, above {@link #EXP_MAX} it is infinite. */
    static final float EXP_MIN = -104f;

    static final float EXP_MAX = 89f;

    // (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2.
    static final float E4 = 0.001392692661f;
    static final float E3 = 0.008363773874f;
    static final float E2 = 0.04166655011f;
    static final float E1 = 0.1666657338f;
    static final float E0 = 0.5f;

    // (ln(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f < √2.
    static final float L7 = -0.07911761129f;
    static final float L6 = 0.1263653499f;
    static final float L5 = -0.1300125493f;
    static final float L4 = 0.1421309395f;
    static final float L3 = -0.1664093993f;
    static final float L2 = 0.2000107846f;
    static final float L1 = -0.2500031258f;
    static final float L0 = 0.3333333061f;
    static final int SQRT_HALF_BITS = 0x3F3504F3;
    static final int ONE_BITS = 0x3F800000;
    static final int MANTISSA = 0x007FFFFF;
    static final float TINY_SCALE = 0x1p25f;

    // erf(x) / x as a polynomial in x² for |x| ≤ 1.
    static final float S6 = 7.875875063e-5f;
    static final float S5 = -0.0008016864287f;
    static final float S4 = 0.005189087423f;
    static final float S3 = -0.02685421201f;
    static final float S2 = 0.1128359472f;
    static final float S1 = -0.3761262667f;
    static final float S0 = 1.128379166f;

    // −ln(1 − erf x) for 1 ≤ x ≤ 4.
    static final float T8 = -1.637151415e-6f;
    static final float T7 = 4.605804269e-5f;
    static final float T6 = -0.0005968056257f;
    static final float T5 = 0.004759596293f;
    static final float T4 = -0.02642113601f;
    static final float T3 = 0.1100800829f;
    static final float T2 = 0.6318260516f;
    static final float T1 = 1.130233435f;
    static final float T0 = -0.0003201380497f;

    private FloatMath() {}

    /** Returns e to the power of x: 2^n · e^r with |r| ≤ ln 2 / 2. */
    static float exp(float x) {
        float y = Math.max(Math.min(x, EXP_MAX), EXP_MIN);
        float t = Math.fma(y, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
        float e = expMinusOne(r) + 1;
        // 2^n may be no float where the result is one; its two halves always are.
        int k = Float.floatToRawIntBits(t) - ROUND_BITS;
        int half = k >> 1;
        return e * powerOfTwo(half) * powerOfTwo(k - half);
    }

    private static float expMinusOne(float r) {
        float p = Math.fma(E4, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        return Math.fma(p * r, r, r);
    }

    private static float powerOfTwo(int k) {
        return Float.intBitsToFloat((k + 127) << 23);
    }

    /** Returns the natural logarithm: n · ln 2 + ln(1 + f). */
    static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float scaled = tiny ? x * TINY_SCALE : x;
        int bits = Float.floatToRawIntBits(scaled) + (ONE_BITS - SQRT_HALF_BITS);
        float n = (bits >> 23) - (tiny ? 127 + 25 : 127);
        float f = Float.intBitsToFloat((bits & MANTISSA) + SQRT_HALF_BITS) - 1;
        float p = Math.fma(L7, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        float tail = f * f * Math.fma(f, p, -0.5f);
        float y = Math.fma(n, LN2_HIGH, Math.fma(n, LN2_LOW, tail) + f);
        if (x == 0) {
            return Float.NEGATIVE_INFINITY;
        }
        if (x < 0) {
            return Float.NaN;
        }
        return x < Float.POSITIVE_INFINITY ? y : x;
    }

    /** Returns the hyperbolic tangent: u / (u + 2) with u = e^2|x| − 1. */
    static float tanh(float x) {
        float y = 2 * Math.min(Math.abs(x), 10);
        float t = Math.fma(y, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
        float s = powerOfTwo(Float.floatToRawIntBits(t) - ROUND_BITS);
        float u = Math.fma(s, expMinusOne(r), s - 1);
        return Math.copySign(u / (u + 2), x);
    }

    /** Returns 1 / (1 + e^−x). */
    static float sigmoid(float x) {
        return 1 / (1 + exp(-x));
    }

    /** Returns the error function. */
    static float erf(float x) {
        float a = Math.min(Math.abs(x), 4);
        float z = a * a;
        float s = Math.fma(S6, z, S5);
        s = Math.fma(s, z, S4);
        s = Math.fma(s, z, S3);
        s = Math.fma(s, z, S2);
        s = Math.fma(s, z, S1);
        s = Math.fma(s, z, S0);
        float t = Math.fma(T8, a, T7);
        t = Math.fma(t, a, T6);
        t = Math.fma(t, a, T5);
        t = Math.fma(t, a, T4);
        t = Math.fma(t, a, T3);
        t = Math.fma(t, a, T2);
        t = Math.fma(t, a, T1);
        t = Math.fma(t, a, T0);
        return Math.copySign(a < 1 ? a * s : 1 - exp(-t), x);
    }
}
