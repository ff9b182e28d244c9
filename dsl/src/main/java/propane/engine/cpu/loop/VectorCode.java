package propane.engine.cpu.loop;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import propane.engine.cpu.math.Lanes;
import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes a loop body over vectors, as calls of the Vector API itself wherever it has what is
 * wanted. The just-in-time compiler always inlines those, but methods of ours only up to a size of
 * the whole loop, beyond which every vector would become an object.
 */
final class VectorCode extends BytecodeCode {
    private static final ClassDesc FLOATS = described(FloatVector.class);
    private static final ClassDesc INTS = described(IntVector.class);
    private static final ClassDesc MASK = described(VectorMask.class);
    private static final ClassDesc ANY = described(Vector.class);
    private static final ClassDesc SPECIES = described(VectorSpecies.class);
    private static final ClassDesc ORDER = described(ByteOrder.class);
    private static final ClassDesc OPERATORS = described(VectorOperators.class);
    private static final ClassDesc COMPARISON = described(VectorOperators.Comparison.class);
    private static final ClassDesc BINARY = described(VectorOperators.Binary.class);

    private static final ClassDesc LANES = described(Lanes.class);

    VectorCode(CodeBuilder code) {
        super(code);
    }

    @Override
    ClassDesc type(DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT16 -> FLOATS;
            case INT32 -> INTS;
            case BOOL -> MASK;
        };
    }

    @Override
    Value load(int segment, int index, DType dtype) {
        if (dtype == DType.BOOL) {
            atElement(LANES, "loadTruth", MASK, segment, index);
        } else {
            code.getstatic(LANES, "FLOATS", SPECIES).aload(segment);
            offset(index);
            code.invokestatic(
                    FLOATS,
                    "fromMemorySegment",
                    of(FLOATS, SPECIES, MEMORY, ConstantDescs.CD_long, ORDER));
        }
        return stored(dtype);
    }

    @Override
    void store(Value value, int segment, int index) {
        push(value);
        code.aload(segment);
        if (value.dtype() == DType.BOOL) {
            code.iload(index);
            code.invokestatic(
                    LANES, "store", of(ConstantDescs.CD_void, MASK, MEMORY, ConstantDescs.CD_int));
        } else {
            offset(index);
            code.invokevirtual(
                    FLOATS,
                    "intoMemorySegment",
                    of(ConstantDescs.CD_void, MEMORY, ConstantDescs.CD_long, ORDER));
        }
    }

    /** Puts the offset in bytes of an index on the stack, and the order of the bytes there. */
    private void offset(int index) {
        code.iload(index).i2l().iconst_2().lshl().getstatic(LANES, "ORDER", ORDER);
    }

    /** Leaves whether x − x is 0 in all lanes. */
    @Override
    void isFinite(Value value) {
        push(value, value);
        code.invokevirtual(FLOATS, "sub", of(FLOATS, ANY));
        compareWithZero("EQ");
        code.invokevirtual(MASK, "allTrue", of(ConstantDescs.CD_boolean));
    }

    private void compareWithZero(String comparison) {
        code.getstatic(OPERATORS, comparison, COMPARISON).fconst_0();
        code.invokevirtual(FLOATS, "compare", of(MASK, COMPARISON, ConstantDescs.CD_float));
    }

    /** Makes a vector of a single element. */
    Value spread(Value single) {
        if (single.dtype() == DType.BOOL) {
            code.iload(single.local());
            code.invokestatic(LANES, "all", of(MASK, ConstantDescs.CD_boolean));
            return stored(DType.BOOL);
        }
        code.getstatic(LANES, "FLOATS", SPECIES).fload(single.local());
        return broadcast();
    }

    private Value broadcast() {
        code.invokestatic(FLOATS, "broadcast", of(FLOATS, SPECIES, ConstantDescs.CD_float));
        return stored(DType.FLOAT32);
    }

    /** Calls a method of the first value's class with the others. */
    private Value applied(String method, Value... operands) {
        push(operands);
        ClassDesc type = type(operands[0].dtype());
        var others = new ClassDesc[operands.length - 1];
        Arrays.fill(others, type.equals(MASK) ? MASK : ANY);
        code.invokevirtual(type, method, of(type, others));
        return stored(operands[0].dtype());
    }

    @Override
    public Value constant(float value, DType dtype) {
        code.getstatic(LANES, "FLOATS", SPECIES).loadConstant(value);
        return broadcast();
    }

    @Override
    public Value integer(int value) {
        code.getstatic(LANES, "INTS", SPECIES).loadConstant(value);
        code.invokestatic(INTS, "broadcast", of(INTS, SPECIES, ConstantDescs.CD_int));
        return stored(DType.INT32);
    }

    @Override
    public Value unary(Unary operation, Value x) {
        return applied(name(operation), x);
    }

    @Override
    public Value binary(Binary operation, Value x, Value y) {
        return applied(name(operation), x, y);
    }

    @Override
    public Value fma(Value x, Value y, Value z) {
        return applied("fma", x, y, z);
    }

    @Override
    public Value test(Test test, Value x, Value y) {
        push(x);
        code.getstatic(OPERATORS, test.name(), COMPARISON);
        push(y);
        code.invokevirtual(FLOATS, "compare", of(MASK, COMPARISON, ANY));
        return stored(DType.BOOL);
    }

    @Override
    public Value logic(Logic operation, Value x, Value y) {
        return applied(name(operation), x, y);
    }

    @Override
    public Value not(Value x) {
        return applied("not", x);
    }

    @Override
    public Value select(Value condition, Value yes, Value no) {
        if (yes.dtype() == DType.BOOL) {
            Value kept = applied("and", condition, yes);
            return applied("or", kept, applied("andNot", no, condition));
        }
        push(no, yes, condition);
        code.invokevirtual(FLOATS, "blend", of(FLOATS, ANY, MASK));
        return stored(yes.dtype());
    }

    @Override
    public Value cast(Value x, DType dtype) {
        if (x.dtype() == dtype) {
            return x;
        }
        if (dtype == DType.BOOL) {
            push(x);
            compareWithZero("NE");
            return stored(DType.BOOL);
        }
        return select(x, number(1), number(0));
    }

    @Override
    public Value bits(Value x) {
        push(x);
        code.invokevirtual(FLOATS, "reinterpretAsInts", of(INTS));
        return stored(DType.INT32);
    }

    @Override
    public Value fromBits(Value x) {
        push(x);
        code.invokevirtual(INTS, "reinterpretAsFloats", of(FLOATS));
        return stored(DType.FLOAT32);
    }

    @Override
    public Value shiftLeft(Value x, int by) {
        return shifted(x, "LSHL", by);
    }

    @Override
    public Value shiftRight(Value x, int by) {
        return shifted(x, "ASHR", by);
    }

    private Value shifted(Value x, String operator, int by) {
        push(x);
        code.getstatic(OPERATORS, operator, BINARY).loadConstant(by);
        code.invokevirtual(INTS, "lanewise", of(INTS, BINARY, ConstantDescs.CD_int));
        return stored(DType.INT32);
    }
}
