package propane.engine.cpu.loop;

import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.Arrays;

/**
 * Writes a loop body over single elements: instructions, and calls of {@link ElementOps}, which the
 * just-in-time compiler inlines.
 */
final class ScalarCode extends BytecodeCode {
    private static final ClassDesc OPERATIONS = described(ElementOps.class);
    private static final ClassDesc FLOAT = described(Float.class);
    private static final ClassDesc MATH = described(Math.class);

    ScalarCode(CodeBuilder code) {
        super(code);
    }

    @Override
    ClassDesc type(DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT16 -> ConstantDescs.CD_float;
            case INT32 -> ConstantDescs.CD_int;
            case BOOL -> ConstantDescs.CD_boolean;
        };
    }

    @Override
    Value load(int segment, int index, DType dtype) {
        String method =
                switch (dtype) {
                    case FLOAT32 -> "load";
                    case FLOAT16 -> "loadHalf";
                    case INT32 -> "loadInt";
                    case BOOL -> "loadTruth";
                };
        atElement(ELEMENTS, method, type(dtype), segment, index);
        return stored(dtype);
    }

    @Override
    void store(Value value, int segment, int index) {
        push(value);
        code.aload(segment).iload(index);
        code.invokestatic(
                ELEMENTS,
                value.dtype() == DType.FLOAT16 ? "storeHalf" : "store",
                of(ConstantDescs.CD_void, type(value.dtype()), MEMORY, ConstantDescs.CD_int));
    }

    @Override
    void isFinite(Value value) {
        push(value);
        code.invokestatic(FLOAT, "isFinite", of(ConstantDescs.CD_boolean, ConstantDescs.CD_float));
    }

    private Value applied(String method, DType dtype, Value... operands) {
        push(operands);
        ClassDesc[] types =
                Arrays.stream(operands).map(x -> type(x.dtype())).toArray(ClassDesc[]::new);
        code.invokestatic(OPERATIONS, method, of(type(dtype), types));
        return stored(dtype);
    }

    @Override
    public Value constant(float value, DType dtype) {
        if (dtype == DType.INT32) {
            code.loadConstant((int) value);
        } else {
            code.loadConstant(value);
        }
        return stored(dtype);
    }

    @Override
    public Value integer(int value) {
        code.loadConstant(value);
        return stored(DType.INT32);
    }

    @Override
    public Value unary(Unary operation, Value x) {
        push(x);
        boolean whole = x.dtype() == DType.INT32;
        switch (operation) {
            case NEG -> code.with(OperatorInstruction.of(whole ? Opcode.INEG : Opcode.FNEG));
            case ABS -> code.invokestatic(MATH, "abs", of(type(x.dtype()), type(x.dtype())));
            case SQRT -> {
                ClassDesc wide = ConstantDescs.CD_double;
                code.f2d().invokestatic(MATH, "sqrt", of(wide, wide)).d2f();
            }
        }
        return stored(x.dtype());
    }

    @Override
    public Value binary(Binary operation, Value x, Value y) {
        push(x, y);
        boolean whole = x.dtype() == DType.INT32;
        ClassDesc type = type(x.dtype());
        switch (operation) {
            case ADD -> code.with(OperatorInstruction.of(whole ? Opcode.IADD : Opcode.FADD));
            case SUB -> code.with(OperatorInstruction.of(whole ? Opcode.ISUB : Opcode.FSUB));
            case MUL -> code.with(OperatorInstruction.of(whole ? Opcode.IMUL : Opcode.FMUL));
            case DIV -> code.fdiv();
            case MIN, MAX -> code.invokestatic(MATH, name(operation), of(type, type, type));
            case POW -> code.invokestatic(OPERATIONS, "pow", of(type, type, type));
            case FLOOR_DIV -> code.invokestatic(OPERATIONS, "floorDiv", of(type, type, type));
            case MOD -> code.invokestatic(OPERATIONS, "mod", of(type, type, type));
        }
        return stored(x.dtype());
    }

    @Override
    public Value fma(Value x, Value y, Value z) {
        push(x, y, z);
        ClassDesc type = ConstantDescs.CD_float;
        code.invokestatic(MATH, "fma", of(type, type, type, type));
        return stored(DType.FLOAT32);
    }

    @Override
    public Value test(Test test, Value x, Value y) {
        return applied(name(test), DType.BOOL, x, y);
    }

    @Override
    public Value logic(Logic operation, Value x, Value y) {
        push(x, y);
        switch (operation) {
            case AND -> code.iand();
            case OR -> code.ior();
            case XOR -> code.ixor();
        }
        return stored(x.dtype());
    }

    @Override
    public Value not(Value x) {
        push(x);
        code.iconst_1().ixor();
        return stored(DType.BOOL);
    }

    @Override
    public Value select(Value condition, Value yes, Value no) {
        return applied("select", yes.dtype(), condition, yes, no);
    }

    @Override
    public Value cast(Value x, DType dtype) {
        return applied(
                switch (dtype) {
                    case FLOAT32 -> "toFloat";
                    case FLOAT16 -> "toHalf";
                    case INT32 -> "toInt";
                    case BOOL -> "toTruth";
                },
                dtype,
                x);
    }

    @Override
    public Value bits(Value x) {
        push(x);
        code.invokestatic(
                FLOAT, "floatToRawIntBits", of(ConstantDescs.CD_int, ConstantDescs.CD_float));
        return stored(DType.INT32);
    }

    @Override
    public Value fromBits(Value x) {
        push(x);
        code.invokestatic(
                FLOAT, "intBitsToFloat", of(ConstantDescs.CD_float, ConstantDescs.CD_int));
        return stored(DType.FLOAT32);
    }

    @Override
    public Value shiftLeft(Value x, int by) {
        push(x);
        code.loadConstant(by).ishl();
        return stored(DType.INT32);
    }

    @Override
    public Value shiftRight(Value x, int by) {
        push(x);
        code.loadConstant(by).ishr();
        return stored(DType.INT32);
    }
}
