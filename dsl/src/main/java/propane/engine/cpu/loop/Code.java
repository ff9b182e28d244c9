package propane.engine.cpu.loop;

import propane.tensor.DType;

/**
 * What the bodies of elementwise loops are written in. One body is written several times: as text
 * that names the loop, as code over vectors and as code over single elements. Every method returns
 * a new value. Between vectors and single elements all results have the same bits: each operation
 * is one that IEEE 754 defines exactly, or has no form over vectors.
 */
public interface Code {
    /** Operations of one number. */
    enum Unary {
        /** The number with the other sign. */
        NEG(1),
        /** The magnitude. */
        ABS(1),
        /** The square root. */
        SQRT(4);

        private final int weight;

        Unary(int weight) {
            this.weight = weight;
        }

        /** Returns about how many instructions it takes. */
        int weight() {
            return weight;
        }
    }

    /** Operations of two numbers of one type. */
    enum Binary {
        /** The sum. */
        ADD(1, true),
        /** The difference. */
        SUB(1, true),
        /** The product. */
        MUL(1, true),
        /** The quotient. */
        DIV(1, true),
        /** The smaller, or NaN if one is. */
        MIN(1, true),
        /** The larger, or NaN if one is. */
        MAX(1, true),
        /** The power. */
        POW(4, false),
        /** The largest whole number that is no larger than the quotient. */
        FLOOR_DIV(4, false),
        /** What that leaves. */
        MOD(4, false);

        private final int weight;
        private final boolean vector;

        Binary(int weight, boolean vector) {
            this.weight = weight;
            this.vector = vector;
        }

        /** Returns about how many instructions it takes. */
        int weight() {
            return weight;
        }

        /** Returns whether there is one of vectors. */
        boolean hasVector() {
            return vector;
        }
    }

    /** Comparisons of two numbers of one type. */
    enum Test {
        /** Equal. */
        EQ,
        /** Not equal, as NaN is to all. */
        NE,
        /** Less. */
        LT,
        /** Less or equal. */
        LE,
        /** Greater. */
        GT,
        /** Greater or equal. */
        GE
    }

    /** Operations of two truth values, or of the bits of two integers. */
    enum Logic {
        /** Both. */
        AND,
        /** One or both. */
        OR,
        /** One of them. */
        XOR
    }

    /** Returns a number that is known now. */
    Value constant(float value, DType dtype);

    /** Returns an integer that is known now, for calculations with {@link #bits}. */
    Value integer(int value);

    /** Returns the result of an operation of one number. */
    Value unary(Unary operation, Value x);

    /** Returns the result of an operation of two numbers. */
    Value binary(Binary operation, Value x, Value y);

    /** Returns x · y + z of floats, rounded once. */
    Value fma(Value x, Value y, Value z);

    /** Returns whether a comparison holds. */
    Value test(Test test, Value x, Value y);

    /** Returns the result of an operation of two truth values or integers. */
    Value logic(Logic operation, Value x, Value y);

    /** Returns whether a truth value is false. */
    Value not(Value x);

    /** Returns yes where a condition holds, no elsewhere. */
    Value select(Value condition, Value yes, Value no);

    /** Returns a value as another type; as a float16 it is rounded. */
    Value cast(Value x, DType dtype);

    /** Returns the bits of a float as an integer. */
    Value bits(Value x);

    /** Returns the float that has some bits. */
    Value fromBits(Value x);

    /** Returns an integer with its bits moved up. */
    Value shiftLeft(Value x, int by);

    /** Returns an integer with its bits moved down, the sign kept. */
    Value shiftRight(Value x, int by);

    /** Returns a function's value. */
    default Value call(Function function, Value x) {
        return function.write(x, this);
    }

    /** Returns a float that is known now. */
    default Value number(float value) {
        return constant(value, DType.FLOAT32);
    }

    /** Returns a sum. */
    default Value add(Value x, Value y) {
        return binary(Binary.ADD, x, y);
    }

    /** Returns a difference. */
    default Value sub(Value x, Value y) {
        return binary(Binary.SUB, x, y);
    }

    /** Returns a product. */
    default Value mul(Value x, Value y) {
        return binary(Binary.MUL, x, y);
    }

    /** Returns a quotient. */
    default Value div(Value x, Value y) {
        return binary(Binary.DIV, x, y);
    }

    /** Returns the smaller number, or NaN if one is. */
    default Value min(Value x, Value y) {
        return binary(Binary.MIN, x, y);
    }

    /** Returns the larger number, or NaN if one is. */
    default Value max(Value x, Value y) {
        return binary(Binary.MAX, x, y);
    }

    /** Returns the value of a polynomial of at least two coefficients, the highest first. */
    default Value polynomial(Value x, float... coefficients) {
        Value sum = number(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            sum = fma(sum, x, number(coefficients[i]));
        }
        return sum;
    }
}
