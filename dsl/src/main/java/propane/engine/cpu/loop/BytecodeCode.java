package propane.engine.cpu.loop;

import propane.engine.cpu.math.ScalarOps;
import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a loop body as bytecode: each operation a call of {@link ElementOps} or {@link VectorOps},
 * each value in a local variable of its own. The just-in-time compiler inlines the calls.
 */
final class BytecodeCode implements Code {
    private static final ClassDesc MEMORY = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
    private static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");

    private static final ClassDesc ELEMENTS = ScalarOps.class.describeConstable().orElseThrow();

    private final CodeBuilder code;
    private final boolean vector;
    private final ClassDesc operations;
    private final Map<Float, Integer> constants = new HashMap<>();

    BytecodeCode(CodeBuilder code, boolean vector) {
        this.code = code;
        this.vector = vector;
        this.operations =
                (vector ? VectorOps.class : ElementOps.class).describeConstable().orElseThrow();
    }

    private ClassDesc type(DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT16 -> vector ? VECTOR : ConstantDescs.CD_float;
            case INT32 -> ConstantDescs.CD_int;
            case BOOL -> vector ? MASK : ConstantDescs.CD_boolean;
        };
    }

    private void call(String method, ClassDesc result, ClassDesc... parameters) {
        var type = MethodTypeDesc.of(result, parameters);
        if (!vector || !VectorCalls.write(code, method, type)) {
            boolean memory = method.startsWith("load") || method.startsWith("store");
            boolean plain = !vector && memory || method.equals("half");
            code.invokestatic(plain ? ELEMENTS : operations, method, type);
        }
    }

    /** Puts what is on the stack into a new local variable. */
    private Value stored(DType dtype) {
        TypeKind kind = TypeKind.from(type(dtype));
        var value = new Value(code.allocateLocal(kind), dtype);
        code.storeLocal(kind, value.local());
        return value;
    }

    private void push(Value value) {
        code.loadLocal(TypeKind.from(type(value.dtype())), value.local());
    }

    /** Puts what is on the stack into a new local variable, rounded if it is a float16. */
    private Value rounded(DType dtype) {
        if (dtype == DType.FLOAT16) {
            call("half", ConstantDescs.CD_float, ConstantDescs.CD_float);
        }
        return stored(dtype);
    }

    private Value applied(String method, DType dtype, Value... operands) {
        ClassDesc[] types = new ClassDesc[operands.length];
        for (int i = 0; i < types.length; i++) {
            push(operands[i]);
            types[i] = type(operands[i].dtype());
        }
        call(method, type(dtype), types);
        return rounded(dtype);
    }

    /**
     * Makes the constants that vectors will need; outside of the loops, so that it is done once.
     */
    void prepare(Iterable<Float> values) {
        for (float value : values) {
            code.loadConstant(value);
            call("all", VECTOR, ConstantDescs.CD_float);
            constants.put(value, stored(DType.FLOAT32).local());
        }
    }

    /** Reads the element at an index, or the vector that starts there. */
    Value load(int segment, int index, DType dtype) {
        code.aload(segment).iload(index);
        call(loader(dtype), type(dtype), MEMORY, ConstantDescs.CD_int);
        return stored(dtype);
    }

    private static String loader(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "load";
            case FLOAT16 -> "loadHalf";
            case INT32 -> "loadInt";
            case BOOL -> "loadTruth";
        };
    }

    /** Makes a vector of a single element. */
    Value spread(Value single) {
        ClassDesc from =
                single.dtype() == DType.BOOL ? ConstantDescs.CD_boolean : ConstantDescs.CD_float;
        code.loadLocal(TypeKind.from(from), single.local());
        call("all", type(single.dtype()), from);
        return stored(single.dtype());
    }

    /** Writes a value to the elements from an index on. */
    void store(Value value, int segment, int index) {
        push(value);
        code.aload(segment).iload(index);
        String method = value.dtype() == DType.FLOAT16 ? "storeHalf" : "store";
        call(method, ConstantDescs.CD_void, type(value.dtype()), MEMORY, ConstantDescs.CD_int);
    }

    /** Sets a local variable to 1 where a float value is not finite: where x − x is not 0. */
    void watch(Value value, int fault) {
        Label fine = code.newLabel();
        push(value);
        push(value);
        if (vector) {
            VectorCalls.areAlike(code);
            code.ifne(fine);
        } else {
            code.fsub().fconst_0().fcmpl().ifeq(fine);
        }
        code.iconst_1().istore(fault).labelBinding(fine);
    }

    @Override
    public Value constant(float value, DType dtype) {
        if (vector) {
            return new Value(constants.get(value), dtype);
        }
        if (dtype == DType.INT32) {
            code.loadConstant((int) value);
        } else {
            code.loadConstant(value);
        }
        return rounded(dtype);
    }

    @Override
    public Value binary(Binary operation, Value x, Value y) {
        return applied(operation.name().toLowerCase(Locale.ROOT), x.dtype(), x, y);
    }

    @Override
    public Value test(Test test, Value x, Value y) {
        return applied(test.name().toLowerCase(Locale.ROOT), DType.BOOL, x, y);
    }

    @Override
    public Value logic(Logic operation, Value x, Value y) {
        return applied(operation.name().toLowerCase(Locale.ROOT), DType.BOOL, x, y);
    }

    @Override
    public Value not(Value x) {
        return applied("not", DType.BOOL, x);
    }

    @Override
    public Value select(Value condition, Value yes, Value no) {
        if (vector && yes.dtype() != DType.BOOL) {
            push(no);
            push(yes);
            push(condition);
            VectorCalls.blend(code);
            return stored(yes.dtype());
        }
        return applied("select", yes.dtype(), condition, yes, no);
    }

    @Override
    public Value call(Function function, Value... x) {
        return applied(function.method(), x[0].dtype(), x);
    }

    @Override
    public Value cast(Value x, DType dtype) {
        return applied(
                switch (dtype) {
                    case FLOAT32, FLOAT16 -> "toFloat";
                    case INT32 -> "toInt";
                    case BOOL -> "toTruth";
                },
                dtype,
                x);
    }
}
