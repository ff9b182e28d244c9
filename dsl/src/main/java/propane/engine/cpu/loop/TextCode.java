package propane.engine.cpu.loop;

import propane.tensor.DType;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes a loop body as text: equal texts are equal bodies. Also notes what the body is made of.
 */
final class TextCode implements Code {
    private final StringBuilder text = new StringBuilder();
    private int values;
    private int weight;
    private boolean onlyScalar;
    private boolean nothing;

    /** Returns the text so far. */
    String text() {
        return text.toString();
    }

    /** Returns about how many vector instructions the body takes. */
    int weight() {
        return weight;
    }

    /** Returns whether something cannot be done with vectors. */
    boolean isOnlyScalar() {
        return onlyScalar;
    }

    /** Adds an operand. */
    Value operand(DType dtype) {
        return typed("operand", dtype);
    }

    /** Returns whether one of the results is not there. */
    boolean isNothing() {
        return nothing;
    }

    /** Adds a result. */
    void result(Value value) {
        nothing |= value == Value.NOTHING;
        text.append("-> ").append(value.local()).append('\n');
    }

    private Value value(String what, DType dtype, Value... of) {
        text.append(what)
                .append(
                        Arrays.stream(of)
                                .map(value -> " " + value.local())
                                .collect(Collectors.joining("", "", " ")))
                .append(dtype.mil())
                .append('\n');
        return new Value(values++, dtype);
    }

    /** Adds a value of a type that elements may have; there are vectors of two of them. */
    private Value typed(String what, DType dtype, Value... of) {
        onlyScalar |= dtype == DType.INT32 || dtype == DType.FLOAT16;
        return value(what, dtype, of);
    }

    private Value step(int more, String what, DType dtype, Value... of) {
        weight += more;
        return value(what, dtype, of);
    }

    @Override
    public Value constant(float value, DType dtype) {
        return typed(Integer.toHexString(Float.floatToRawIntBits(value)), dtype);
    }

    @Override
    public Value integer(int value) {
        return value("BITS_" + Integer.toHexString(value), DType.INT32);
    }

    @Override
    public Value unary(Unary operation, Value x) {
        return step(operation.weight(), operation.name(), x.dtype(), x);
    }

    @Override
    public Value binary(Binary operation, Value x, Value y) {
        onlyScalar |= !operation.hasVector();
        return step(operation.weight(), operation.name(), x.dtype(), x, y);
    }

    @Override
    public Value fma(Value x, Value y, Value z) {
        return step(1, "FMA", x.dtype(), x, y, z);
    }

    @Override
    public Value test(Test test, Value x, Value y) {
        return step(1, test.name(), DType.BOOL, x, y);
    }

    @Override
    public Value logic(Logic operation, Value x, Value y) {
        return step(1, operation.name(), x.dtype(), x, y);
    }

    @Override
    public Value not(Value x) {
        return step(1, "NOT", DType.BOOL, x);
    }

    @Override
    public Value select(Value condition, Value yes, Value no) {
        return step(1, "SELECT", yes.dtype(), condition, yes, no);
    }

    @Override
    public Value cast(Value x, DType dtype) {
        weight++;
        return typed("CAST", dtype, x);
    }

    @Override
    public Value bits(Value x) {
        return value("BITS", DType.INT32, x);
    }

    @Override
    public Value fromBits(Value x) {
        return value("FROM_BITS", DType.FLOAT32, x);
    }

    @Override
    public Value shiftLeft(Value x, int by) {
        return step(1, "LEFT_" + by, x.dtype(), x);
    }

    @Override
    public Value shiftRight(Value x, int by) {
        return step(1, "RIGHT_" + by, x.dtype(), x);
    }

    /** The function's name stands for its formula. */
    @Override
    public Value call(Function function, Value x) {
        return step(function.weight(), function.name(), x.dtype(), x);
    }
}
