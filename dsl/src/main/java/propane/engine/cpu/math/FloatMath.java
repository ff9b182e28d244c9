package propane.engine.cpu.math;

/**
 * Functions of one float, made of operations that IEEE 754 defines exactly, so that interpreted and
 * compiled code give the same bits, and the same bits as {@link VectorMath}. Errors stay below
 * about 2 units in the last place where nothing else is said. The polynomials are Chebyshev fits of
 * our own on the reduced ranges.
 */
public final class FloatMath {
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

    // erf(x) / x as P(x²) / Q(x²) for |x| ≤ 3.925, from where on it rounds to 1.
    static final float ERF_END = 3.925f;
    static final float P5 = 2.046128947e-6f;
    static final float P4 = 0.0002848386114f;
    static final float P3 = 0.003772196222f;
    static final float P2 = 0.05276820164f;
    static final float P1 = 0.1905850447f;
    static final float P0 = 1.128379146f;
    static final float Q5 = 3.80485838e-5f;
    static final float Q4 = 0.001163778051f;
    static final float Q3 = 0.01498248155f;
    static final float Q2 = 0.1141791715f;
    static final float Q1 = 0.5022343299f;
    static final float Q0 = 1f;

    /** Down to here e^x is no subnormal number. */
    static final float LEAST = -87f;

    // ln(1 + e) / e for 0 ≤ e ≤ 1.
    static final float G8 = 0.005232539206f;
    static final float G7 = -0.02950461735f;
    static final float G6 = 0.07822493982f;
    static final float G5 = -0.1366315994f;
    static final float G4 = 0.1910596639f;
    static final float G3 = -0.248429719f;
    static final float G2 = 0.3331909551f;
    static final float G1 = -0.4999949308f;
    static final float G0 = 0.9999999699f;

    private FloatMath() {}

    /** Returns e to the power of x: 2^n · e^r with |r| ≤ ln 2 / 2. */
    public static float exp(float x) {
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
    public static float log(float x) {
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
    public static float tanh(float x) {
        float y = 2 * Math.min(Math.abs(x), 10);
        float t = Math.fma(y, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
        float s = powerOfTwo(Float.floatToRawIntBits(t) - ROUND_BITS);
        float u = Math.fma(s, expMinusOne(r), s - 1);
        return Math.copySign(u / (u + 2), x);
    }

    /** Returns 1 / (1 + e^−x). */
    public static float sigmoid(float x) {
        return 1 / (1 + exp(-x));
    }

    /**
     * Returns the error function, to about 6 units in the last place: short enough that the
     * just-in-time compiler inlines it in loops, where a more exact one made objects of vectors.
     */
    public static float erf(float x) {
        float a = Math.max(Math.min(x, ERF_END), -ERF_END);
        float z = a * a;
        float p = Math.fma(P5, z, P4);
        p = Math.fma(p, z, P3);
        p = Math.fma(p, z, P2);
        p = Math.fma(p, z, P1);
        p = Math.fma(p, z, P0);
        float q = Math.fma(Q5, z, Q4);
        q = Math.fma(q, z, Q3);
        q = Math.fma(q, z, Q2);
        q = Math.fma(q, z, Q1);
        q = Math.fma(q, z, Q0);
        return Math.max(Math.min(a * p / q, 1), -1);
    }

    /** Returns ln(1 + e^x): max(x, 0) + ln(1 + e) with e = e^−|x|. */
    public static float softplus(float x) {
        float y = Math.max(-Math.abs(x), LEAST);
        float t = Math.fma(y, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
        float s = powerOfTwo(Float.floatToRawIntBits(t) - ROUND_BITS);
        float e = Math.fma(s, expMinusOne(r), s);
        float p = Math.fma(G8, e, G7);
        p = Math.fma(p, e, G6);
        p = Math.fma(p, e, G5);
        p = Math.fma(p, e, G4);
        p = Math.fma(p, e, G3);
        p = Math.fma(p, e, G2);
        p = Math.fma(p, e, G1);
        p = Math.fma(p, e, G0);
        return Math.fma(p, e, Math.max(x, 0));
    }
}
