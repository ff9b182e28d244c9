package propane.engine.cpu.loop;

import propane.engine.cpu.loop.Code.Logic;
import propane.engine.cpu.loop.Code.Test;
import propane.engine.cpu.loop.Code.Unary;
import propane.spi.op.Activation;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Op;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Functions of one float, each with the op that it alone computes, how far its values are from the
 * exact ones at most, and its formula: here an op that needs a new function gets it. The
 * polynomials are Chebyshev fits of our own on the reduced ranges.
 */
public enum Function {
    /** e<sup>x</sup>. */
    EXP(ElementwiseUnary.Exp.class, 2, Function::exp),
    /** 2<sup>x</sup>. */
    EXP2(ElementwiseUnary.Exp2.class, 2, Function::exp2),
    /** The natural logarithm. */
    LOG(2, Function::log),
    /** The hyperbolic tangent. */
    TANH(Activation.Tanh.class, 3, Function::tanh),
    /** 1 / (1 + e<sup>−x</sup>). */
    SIGMOID(Activation.Sigmoid.class, 3, Function::sigmoid),
    /** The error function. */
    ERF(ElementwiseUnary.Erf.class, 7, Function::erf),
    /** ln(1 + e<sup>x</sup>). */
    SOFTPLUS(Activation.Softplus.class, 3, Function::softplus);

    /** So much that no two of them share a loop: a processor has 16 or 32 vector registers. */
    private static final int WEIGHT = 31;

    private static final Map<Class<? extends Op>, Function> OF_OPS =
            Arrays.stream(values())
                    .flatMap(function -> function.ops.stream().map(op -> Map.entry(op, function)))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

    private static final float LOG2_E = 1.44269504f;
    private static final float LN2 = 0.693147181f;
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = 1.42860677e-6f;

    /** Added to a small float, leaves its nearest integer in the lowest bits. */
    private static final float ROUND = 12582912f;

    private static final int ROUND_BITS = 0x4B400000;
    private static final int ONE_BITS = 0x3F800000;
    private static final int SQRT_HALF_BITS = 0x3F3504F3;
    private static final int MANTISSA = 0x007FFFFF;
    private static final int SIGN = 0x80000000;

    /** (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2. */
    private static final float[] EXP_TAIL = {
        0.001392692661f, 0.008363773874f, 0.04166655011f, 0.1666657338f, 0.5f
    };

    /** (ln(1 + f) − f + f²/2) / f³ for 1 + f from √½ to √2. */
    private static final float[] LOG_TAIL = {
        -0.07911761129f,
        0.1263653499f,
        -0.1300125493f,
        0.1421309395f,
        -0.1664093993f,
        0.2000107846f,
        -0.2500031258f,
        0.3333333061f
    };

    /** From here on erf rounds to 1; before, erf(x) / x is P(x²) / Q(x²). */
    private static final float ERF_END = 3.925f;

    private static final float[] ERF_P = {
        2.046128947e-6f,
        0.0002848386114f,
        0.003772196222f,
        0.05276820164f,
        0.1905850447f,
        1.128379146f
    };
    private static final float[] ERF_Q = {
        3.80485838e-5f, 0.001163778051f, 0.01498248155f, 0.1141791715f, 0.5022343299f, 1f
    };

    /** ln(1 + e) / e for 0 ≤ e ≤ 1. */
    private static final float[] SOFTPLUS_TAIL = {
        0.005232539206f,
        -0.02950461735f,
        0.07822493982f,
        -0.1366315994f,
        0.1910596639f,
        -0.248429719f,
        0.3331909551f,
        -0.4999949308f,
        0.9999999699f
    };

    private final List<Class<? extends Op>> ops;
    private final double units;
    private final BiFunction<Value, Code, Value> formula;

    Function(double units, BiFunction<Value, Code, Value> formula) {
        this(List.of(), units, formula);
    }

    Function(Class<? extends Op> op, double units, BiFunction<Value, Code, Value> formula) {
        this(List.of(op), units, formula);
    }

    Function(List<Class<? extends Op>> ops, double units, BiFunction<Value, Code, Value> formula) {
        this.ops = ops;
        this.units = units;
        this.formula = formula;
    }

    /** Returns the function that an op of one operand is, if it is one. */
    static Optional<Function> of(Op op) {
        return Optional.ofNullable(OF_OPS.get(op.getClass()));
    }

    /** Returns the op that is this function alone, if there is one. */
    List<Class<? extends Op>> ops() {
        return ops;
    }

    /** Returns about how many instructions it takes. */
    int weight() {
        return WEIGHT;
    }

    /** Returns how far values are from the exact ones at most, in units in the last place. */
    double units() {
        return units;
    }

    /** Writes the formula. */
    Value write(Value x, Code c) {
        return formula.apply(x, c);
    }

    /** 2^n · e^r with |r| ≤ ln 2 / 2; below −104 it is 0, above 89 infinite. */
    private static Value exp(Value x, Code c) {
        Reduced y = reduced(c.max(c.min(x, c.number(89)), c.number(-104)), c);
        return scaled(c.add(expMinusOne(y.rest(), c), c.number(1)), y.power(), c);
    }

    /** 2^n · e^(f ln 2) with |f| ≤ ½. */
    private static Value exp2(Value x, Code c) {
        Value y = c.max(c.min(x, c.number(129)), c.number(-151));
        Value t = c.add(y, c.number(ROUND));
        Value rest = c.mul(c.sub(y, c.sub(t, c.number(ROUND))), c.number(LN2));
        return scaled(c.add(expMinusOne(rest, c), c.number(1)), integer(t, c), c);
    }

    /** n · ln 2 + ln(1 + f). */
    private static Value log(Value x, Code c) {
        Value tiny = c.test(Test.LT, x, c.number(Float.MIN_NORMAL));
        Value scaled = c.select(tiny, c.mul(x, c.number(0x1p25f)), x);
        Value bits = c.add(c.bits(scaled), c.integer(ONE_BITS - SQRT_HALF_BITS));
        Value exponent = c.add(c.shiftRight(bits, 23), c.integer(ROUND_BITS - 127));
        // A small integer as a float, without a conversion.
        Value n = c.sub(c.fromBits(exponent), c.number(ROUND));
        n = c.select(tiny, c.sub(n, c.number(25)), n);
        Value mantissa = c.logic(Logic.AND, bits, c.integer(MANTISSA));
        Value f = c.sub(c.fromBits(c.add(mantissa, c.integer(SQRT_HALF_BITS))), c.number(1));
        Value p = c.polynomial(f, LOG_TAIL);
        Value tail = c.mul(c.mul(f, f), c.fma(f, p, c.number(-0.5f)));
        Value low = c.add(c.fma(n, c.number(LN2_LOW), tail), f);
        Value y = c.fma(n, c.number(LN2_HIGH), low);
        Value finite = c.test(Test.LT, x, c.number(Float.POSITIVE_INFINITY));
        Value zero = c.number(0);
        Value above = c.select(finite, y, x);
        Value notBelow =
                c.select(c.test(Test.EQ, x, zero), c.number(Float.NEGATIVE_INFINITY), above);
        return c.select(c.test(Test.LT, x, zero), c.number(Float.NaN), notBelow);
    }

    /** u / (u + 2) with u = e^2|x| − 1. */
    private static Value tanh(Value x, Code c) {
        Value magnitude = c.min(c.unary(Unary.ABS, x), c.number(10));
        Reduced y = reduced(c.mul(magnitude, c.number(2)), c);
        Value s = powerOfTwo(y.power(), c);
        Value u = c.fma(s, expMinusOne(y.rest(), c), c.sub(s, c.number(1)));
        Value positive = c.div(u, c.add(u, c.number(2)));
        Value sign = c.logic(Logic.AND, c.bits(x), c.integer(SIGN));
        return c.fromBits(c.logic(Logic.OR, c.bits(positive), sign));
    }

    private static Value sigmoid(Value x, Code c) {
        Value one = c.number(1);
        return c.div(one, c.add(exp(c.unary(Unary.NEG, x), c), one));
    }

    private static Value erf(Value x, Code c) {
        Value a = c.max(c.min(x, c.number(ERF_END)), c.number(-ERF_END));
        Value z = c.mul(a, a);
        Value p = c.polynomial(z, ERF_P);
        Value q = c.polynomial(z, ERF_Q);
        return c.max(c.min(c.div(c.mul(a, p), q), c.number(1)), c.number(-1));
    }

    /** max(x, 0) + ln(1 + e) with e = e^−|x|, which down to −87 is no subnormal number. */
    private static Value softplus(Value x, Code c) {
        Value below = c.unary(Unary.NEG, c.unary(Unary.ABS, x));
        Reduced y = reduced(c.max(below, c.number(-87)), c);
        Value s = powerOfTwo(y.power(), c);
        Value e = c.fma(s, expMinusOne(y.rest(), c), s);
        return c.fma(c.polynomial(e, SOFTPLUS_TAIL), e, c.max(x, c.number(0)));
    }

    /** A number as n · ln 2 + r; n as an integer. */
    private record Reduced(Value power, Value rest) {}

    private static Reduced reduced(Value y, Code c) {
        Value t = c.fma(y, c.number(LOG2_E), c.number(ROUND));
        Value n = c.sub(t, c.number(ROUND));
        Value high = c.fma(n, c.number(-LN2_HIGH), y);
        return new Reduced(integer(t, c), c.fma(n, c.number(-LN2_LOW), high));
    }

    /** The integer that was rounded by adding {@link #ROUND}. */
    private static Value integer(Value t, Code c) {
        return c.sub(c.bits(t), c.integer(ROUND_BITS));
    }

    private static Value expMinusOne(Value r, Code c) {
        return c.fma(c.mul(c.polynomial(r, EXP_TAIL), r), r, r);
    }

    /** 2^n may be no float where the result is one; its two halves always are. */
    private static Value scaled(Value e, Value n, Code c) {
        Value half = c.shiftRight(n, 1);
        return c.mul(c.mul(e, powerOfTwo(half, c)), powerOfTwo(c.sub(n, half), c));
    }

    private static Value powerOfTwo(Value n, Code c) {
        return c.fromBits(c.shiftLeft(c.add(n, c.integer(127)), 23));
    }
}
