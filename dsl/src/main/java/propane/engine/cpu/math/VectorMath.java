package propane.engine.cpu.math;

import static propane.engine.cpu.math.FloatMath.E0;
import static propane.engine.cpu.math.FloatMath.E1;
import static propane.engine.cpu.math.FloatMath.E2;
import static propane.engine.cpu.math.FloatMath.E3;
import static propane.engine.cpu.math.FloatMath.E4;
import static propane.engine.cpu.math.FloatMath.ERF_END;
import static propane.engine.cpu.math.FloatMath.EXP_MAX;
import static propane.engine.cpu.math.FloatMath.EXP_MIN;
import static propane.engine.cpu.math.FloatMath.G0;
import static propane.engine.cpu.math.FloatMath.G1;
import static propane.engine.cpu.math.FloatMath.G2;
import static propane.engine.cpu.math.FloatMath.G3;
import static propane.engine.cpu.math.FloatMath.G4;
import static propane.engine.cpu.math.FloatMath.G5;
import static propane.engine.cpu.math.FloatMath.G6;
import static propane.engine.cpu.math.FloatMath.G7;
import static propane.engine.cpu.math.FloatMath.G8;
import static propane.engine.cpu.math.FloatMath.L0;
import static propane.engine.cpu.math.FloatMath.L1;
import static propane.engine.cpu.math.FloatMath.L2;
import static propane.engine.cpu.math.FloatMath.L3;
import static propane.engine.cpu.math.FloatMath.L4;
import static propane.engine.cpu.math.FloatMath.L5;
import static propane.engine.cpu.math.FloatMath.L6;
import static propane.engine.cpu.math.FloatMath.L7;
import static propane.engine.cpu.math.FloatMath.LEAST;
import static propane.engine.cpu.math.FloatMath.LN2_HIGH;
import static propane.engine.cpu.math.FloatMath.LN2_LOW;
import static propane.engine.cpu.math.FloatMath.LOG2_E;
import static propane.engine.cpu.math.FloatMath.MANTISSA;
import static propane.engine.cpu.math.FloatMath.ONE_BITS;
import static propane.engine.cpu.math.FloatMath.P0;
import static propane.engine.cpu.math.FloatMath.P1;
import static propane.engine.cpu.math.FloatMath.P2;
import static propane.engine.cpu.math.FloatMath.P3;
import static propane.engine.cpu.math.FloatMath.P4;
import static propane.engine.cpu.math.FloatMath.P5;
import static propane.engine.cpu.math.FloatMath.Q0;
import static propane.engine.cpu.math.FloatMath.Q1;
import static propane.engine.cpu.math.FloatMath.Q2;
import static propane.engine.cpu.math.FloatMath.Q3;
import static propane.engine.cpu.math.FloatMath.Q4;
import static propane.engine.cpu.math.FloatMath.Q5;
import static propane.engine.cpu.math.FloatMath.ROUND;
import static propane.engine.cpu.math.FloatMath.ROUND_BITS;
import static propane.engine.cpu.math.FloatMath.SQRT_HALF_BITS;
import static propane.engine.cpu.math.FloatMath.TINY_SCALE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The functions of {@link FloatMath} for all lanes at once, with the same bits. */
public final class VectorMath {
    private static final int SIGN = 0x80000000;

    private VectorMath() {}

    /** {@link FloatMath#exp}. */
    public static FloatVector exp(FloatVector x) {
        FloatVector y = x.min(EXP_MAX).max(EXP_MIN);
        FloatVector t = y.fma(LOG2_E, ROUND);
        FloatVector n = t.sub(ROUND);
        FloatVector e = expMinusOne(reduced(n, y)).add(1);
        IntVector k = t.reinterpretAsInts().sub(ROUND_BITS);
        IntVector half = k.lanewise(VectorOperators.ASHR, 1);
        return e.mul(powerOfTwo(half)).mul(powerOfTwo(k.sub(half)));
    }

    private static FloatVector reduced(FloatVector n, FloatVector y) {
        FloatVector high = n.fma(all(-LN2_HIGH), y);
        return n.fma(all(-LN2_LOW), high);
    }

    private static FloatVector expMinusOne(FloatVector r) {
        FloatVector p = r.fma(E4, E3);
        p = p.fma(r, all(E2));
        p = p.fma(r, all(E1));
        p = p.fma(r, all(E0));
        return p.mul(r).fma(r, r);
    }

    private static FloatVector powerOfTwo(IntVector k) {
        return k.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }

    /** {@link FloatMath#log}. */
    public static FloatVector log(FloatVector x) {
        var tiny = x.lt(Float.MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(TINY_SCALE), tiny);
        IntVector bits = scaled.reinterpretAsInts().add(ONE_BITS - SQRT_HALF_BITS);
        // A small integer as a float, without a conversion.
        FloatVector n =
                bits.lanewise(VectorOperators.ASHR, 23)
                        .add(ROUND_BITS - 127)
                        .reinterpretAsFloats()
                        .sub(ROUND);
        n = n.blend(n.sub(25), tiny);
        IntVector mantissa = bits.and(MANTISSA).add(SQRT_HALF_BITS);
        FloatVector f = mantissa.reinterpretAsFloats().sub(1);
        FloatVector p = f.fma(L7, L6);
        p = p.fma(f, all(L5));
        p = p.fma(f, all(L4));
        p = p.fma(f, all(L3));
        p = p.fma(f, all(L2));
        p = p.fma(f, all(L1));
        p = p.fma(f, all(L0));
        FloatVector tail = f.mul(f).mul(f.fma(p, all(-0.5f)));
        FloatVector low = n.fma(all(LN2_LOW), tail).add(f);
        return special(x, n.fma(all(LN2_HIGH), low));
    }

    private static FloatVector special(FloatVector x, FloatVector log) {
        var finite = x.lt(Float.POSITIVE_INFINITY);
        return x.blend(log, finite)
                .blend(Float.NEGATIVE_INFINITY, x.eq(0))
                .blend(Float.NaN, x.lt(0));
    }

    /** {@link FloatMath#tanh}. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector y = x.abs().min(10).mul(2);
        FloatVector t = y.fma(LOG2_E, ROUND);
        FloatVector s = powerOfTwo(t.reinterpretAsInts().sub(ROUND_BITS));
        FloatVector u = s.fma(expMinusOne(reduced(t.sub(ROUND), y)), s.sub(1));
        return withSignOf(x, u.div(u.add(2)));
    }

    private static FloatVector withSignOf(FloatVector x, FloatVector positive) {
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return positive.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /** {@link FloatMath#sigmoid}. */
    public static FloatVector sigmoid(FloatVector x) {
        return all(1).div(exp(x.neg()).add(1));
    }

    /** {@link FloatMath#erf}. */
    public static FloatVector erf(FloatVector x) {
        FloatVector a = x.min(ERF_END).max(-ERF_END);
        FloatVector z = a.mul(a);
        FloatVector p = z.fma(P5, P4);
        p = p.fma(z, all(P3));
        p = p.fma(z, all(P2));
        p = p.fma(z, all(P1));
        p = p.fma(z, all(P0));
        FloatVector q = z.fma(Q5, Q4);
        q = q.fma(z, all(Q3));
        q = q.fma(z, all(Q2));
        q = q.fma(z, all(Q1));
        q = q.fma(z, all(Q0));
        return a.mul(p).div(q).min(1).max(-1);
    }

    /** {@link FloatMath#softplus}. */
    public static FloatVector softplus(FloatVector x) {
        FloatVector y = x.abs().neg().max(LEAST);
        FloatVector t = y.fma(LOG2_E, ROUND);
        FloatVector s = powerOfTwo(t.reinterpretAsInts().sub(ROUND_BITS));
        FloatVector e = s.fma(expMinusOne(reduced(t.sub(ROUND), y)), s);
        FloatVector p = e.fma(G8, G7);
        p = p.fma(e, all(G6));
        p = p.fma(e, all(G5));
        p = p.fma(e, all(G4));
        p = p.fma(e, all(G3));
        p = p.fma(e, all(G2));
        p = p.fma(e, all(G1));
        p = p.fma(e, all(G0));
        return p.fma(e, x.max(0));
    }
}
