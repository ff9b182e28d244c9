package propane.engine.cpu.loop;

import propane.tensor.DType;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes a loop body as text: equal texts are equal bodies. Also notes what the body is made of.
 */
final class TextCode implements Code {
    private final StringBuilder text = new StringBuilder();
    private final Set<Float> constants = new LinkedHashSet<>();
    private int values;
    private int weight;
    private boolean onlyScalar;
    private boolean nothing;

    /** Returns the text so far. */
    String text() {
        return text.toString();
    }

    /** Returns the float constants of the body. */
    Set<Float> constants() {
        return constants;
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
        return value("operand", dtype);
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
        onlyScalar |= dtype == DType.INT32 || dtype == DType.FLOAT16;
        text.append(what)
                .append(
                        Arrays.stream(of)
                                .map(value -> " " + value.local())
                                .collect(Collectors.joining("", "", " ")))
                .append(dtype.mil())
                .append('\n');
        return new Value(values++, dtype);
    }

    @Override
    public Value constant(float value, DType dtype) {
        constants.add(value);
        return value(Integer.toHexString(Float.floatToRawIntBits(value)), dtype);
    }

    @Override
    public Value binary(Binary operation, Value x, Value y) {
        weight++;
        return value(operation.name(), x.dtype(), x, y);
    }

    @Override
    public Value test(Test test, Value x, Value y) {
        weight++;
        return value(test.name(), DType.BOOL, x, y);
    }

    @Override
    public Value logic(Logic operation, Value x, Value y) {
        weight++;
        return value(operation.name(), DType.BOOL, x, y);
    }

    @Override
    public Value not(Value x) {
        weight++;
        return value("NOT", DType.BOOL, x);
    }

    @Override
    public Value select(Value condition, Value yes, Value no) {
        weight++;
        return value("SELECT", yes.dtype(), condition, yes, no);
    }

    @Override
    public Value call(Function function, Value... x) {
        onlyScalar |= !function.hasVector();
        weight += function.weight();
        return value(function.name(), x[0].dtype(), x);
    }

    @Override
    public Value cast(Value x, DType dtype) {
        weight++;
        return value("CAST", dtype, x);
    }
}
