package propane.engine.cpu.loop;

import propane.engine.cpu.math.OffHeap;
import propane.engine.cpu.math.ScalarOps;
import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Writes a loop body as bytecode, each value in a local variable of its own. */
abstract sealed class BytecodeCode implements Code permits ScalarCode, VectorCode {
    static final ClassDesc MEMORY = described(MemorySegment.class);
    private static final ClassDesc OFF_HEAP = described(OffHeap.class);
    private static final ClassDesc CLASS = ConstantDescs.CD_Class;
    private static final ClassDesc ERROR = described(AssertionError.class);
    static final ClassDesc ELEMENTS = described(ScalarOps.class);

    final CodeBuilder code;

    BytecodeCode(CodeBuilder code) {
        this.code = code;
    }

    static ClassDesc described(Class<?> of) {
        return of.describeConstable().orElseThrow();
    }

    /** Returns the name that an operation has as a method. */
    static String name(Enum<?> operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    static MethodTypeDesc of(ClassDesc result, ClassDesc... parameters) {
        return MethodTypeDesc.of(result, parameters);
    }

    /** Makes the class of memory known, as {@link OffHeap#known} does, without a call to inline. */
    static void know(CodeBuilder code, int segment) {
        Label known = code.newLabel();
        code.aload(segment).invokevirtual(ConstantDescs.CD_Object, "getClass", of(CLASS));
        code.getstatic(OFF_HEAP, "CLASS", CLASS).if_acmpeq(known);
        code.aload(segment).invokestatic(OFF_HEAP, "elsewhere", of(ERROR, MEMORY)).athrow();
        code.labelBinding(known);
    }

    /** Returns the Java type of values of a type. */
    abstract ClassDesc type(DType dtype);

    /** Reads the element at an index, or the vector that starts there. */
    abstract Value load(int segment, int index, DType dtype);

    /** Writes a value to the elements from an index on. */
    abstract void store(Value value, int segment, int index);

    /** Leaves on the stack whether a float value is finite. */
    abstract void isFinite(Value value);

    /** Sets a local variable to 1 where a float value is not finite. */
    final void watch(Value value, int fault) {
        Label fine = code.newLabel();
        isFinite(value);
        code.ifne(fine).iconst_1().istore(fault).labelBinding(fine);
    }

    /** Puts what is on the stack into a new local variable. */
    final Value stored(DType dtype) {
        TypeKind kind = TypeKind.from(type(dtype));
        var value = new Value(code.allocateLocal(kind), dtype);
        code.storeLocal(kind, value.local());
        return value;
    }

    final void push(Value... values) {
        for (Value value : values) {
            code.loadLocal(TypeKind.from(type(value.dtype())), value.local());
        }
    }

    /** Calls a static method with the memory and the index of an element. */
    final void atElement(ClassDesc owner, String method, ClassDesc result, int segment, int index) {
        code.aload(segment).iload(index);
        code.invokestatic(owner, method, of(result, MEMORY, ConstantDescs.CD_int));
    }
}
