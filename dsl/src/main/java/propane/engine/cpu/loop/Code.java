package propane.engine.cpu.loop;

import propane.tensor.DType;

import java.util.Locale;

/**
 * What the bodies of elementwise loops are written in. One body is written several times: as text
 * that names the loop, as code over vectors and as code over single elements. Every method returns
 * a new value; float16 values are rounded after each operation.
 */
interface Code {
    /** Operations of two numbers of one type. */
    enum Binary {
        ADD,
        SUB,
        MUL,
        DIV,
        /** The smaller, or NaN if one is. */
        MIN,
        /** The larger, or NaN if one is. */
        MAX
    }

    /** Comparisons of two numbers of one type. */
    enum Test {
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE
    }

    /** Operations of two truth values. */
    enum Logic {
        AND,
        OR,
        XOR
    }

    /**
     * Functions of one float, or of two. Those of vectors weigh so much that no two share a loop:
     * the just-in-time compiler would stop to inline there, and make objects of vectors.
     */
    enum Function {
        ABS(true, 1),
        SQRT(true, 4),
        EXP(true, Function.HEAVY),
        LOG(true, Function.HEAVY),
        TANH(true, Function.HEAVY),
        SIGMOID(true, Function.HEAVY),
        ERF(true, Function.HEAVY),
        SOFTPLUS(true, Function.HEAVY),
        POW(false, 4),
        FLOOR_DIV(false, 4),
        MOD(false, 4);

        private static final int HEAVY = 31;

        private final boolean vector;
        private final int weight;

        Function(boolean vector, int weight) {
            this.vector = vector;
            this.weight = weight;
        }

        /** Returns about how many instructions it takes. */
        int weight() {
            return weight;
        }

        /** Returns whether there is one of vectors. */
        boolean hasVector() {
            return vector;
        }

        /** Returns the name of the method. */
        String method() {
            return name().toLowerCase(Locale.ROOT).replace("_d", "D");
        }
    }

    /** Returns a float of a value known now. */
    Value constant(float value, DType dtype);

    /** Returns the result of an operation of two numbers. */
    Value binary(Binary operation, Value x, Value y);

    /** Returns whether a comparison holds. */
    Value test(Test test, Value x, Value y);

    /** Returns the result of an operation of two truth values. */
    Value logic(Logic operation, Value x, Value y);

    /** Returns whether a truth value is false. */
    Value not(Value x);

    /** Returns yes where a condition holds, no elsewhere. */
    Value select(Value condition, Value yes, Value no);

    /** Returns a function's value. */
    Value call(Function function, Value... x);

    /** Returns a value as another type. */
    Value cast(Value x, DType dtype);
}
