package propane.engine.cpu.loop;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import propane.engine.cpu.math.Lanes;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Writes calls of the Vector API itself in place of those of {@link VectorOps} that only pass them
 * on. The just-in-time compiler always inlines the former, but the latter only up to a size of the
 * whole loop, beyond which every vector would become an object.
 */
public final class VectorCalls {
    private static final ClassDesc FLOATS = described(FloatVector.class);
    private static final ClassDesc MASK = described(VectorMask.class);
    private static final ClassDesc ANY = described(Vector.class);
    private static final ClassDesc SPECIES = described(VectorSpecies.class);
    private static final ClassDesc ORDER = described(ByteOrder.class);
    private static final ClassDesc MEMORY = described(MemorySegment.class);
    private static final ClassDesc OPERATORS = described(VectorOperators.class);
    private static final ClassDesc COMPARISON = described(VectorOperators.Comparison.class);
    private static final ClassDesc LANES = described(Lanes.class);

    private VectorCalls() {}

    private static ClassDesc described(Class<?> of) {
        return of.describeConstable().orElseThrow();
    }

    /**
     * Writes a call whose operands are on the stack.
     *
     * @param method the name it has in {@link VectorOps}
     * @param type its type there
     * @return whether there is such a call
     */
    static boolean write(CodeBuilder code, String method, MethodTypeDesc type) {
        boolean onMask = type.parameterType(0).equals(MASK);
        switch (method) {
            case "add", "sub", "mul", "div", "min", "max" -> onFloats(code, method, FLOATS, ANY);
            case "abs", "sqrt" -> onFloats(code, method, FLOATS);
            case "eq", "ne", "lt", "le", "gt", "ge" -> compare(code, method);
            case "and", "or", "xor" -> code.invokevirtual(MASK, method, of(MASK, MASK));
            case "not" -> code.invokevirtual(MASK, method, of(MASK));
            case "load" -> {
                offset(code);
                // Below the memory and the offset must lie the species.
                int offset = code.allocateLocal(TypeKind.LONG);
                int memory = code.allocateLocal(TypeKind.REFERENCE);
                code.lstore(offset).astore(memory);
                code.getstatic(LANES, "FLOATS", SPECIES).aload(memory).lload(offset);
                order(code);
                code.invokestatic(
                        FLOATS,
                        "fromMemorySegment",
                        of(FLOATS, SPECIES, MEMORY, ConstantDescs.CD_long, ORDER));
            }
            case "store" -> {
                if (onMask) {
                    return false;
                }
                offset(code);
                order(code);
                onFloats(
                        code,
                        "intoMemorySegment",
                        ConstantDescs.CD_void,
                        MEMORY,
                        ConstantDescs.CD_long,
                        ORDER);
            }
            case "toFloat" -> {
                if (onMask) {
                    zerosAndOnes(code);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Writes the choice between vectors on the stack: the one for no, the one for yes, a mask. */
    static void blend(CodeBuilder code) {
        onFloats(code, "blend", FLOATS, ANY, MASK);
    }

    /** Writes whether two vectors on the stack are finite and alike. */
    static void areAlike(CodeBuilder code) {
        onFloats(code, "sub", FLOATS, ANY);
        code.getstatic(OPERATORS, "EQ", COMPARISON).fconst_0();
        onFloats(code, "compare", MASK, COMPARISON, ConstantDescs.CD_float);
        code.invokevirtual(MASK, "allTrue", of(ConstantDescs.CD_boolean));
    }

    private static void zerosAndOnes(CodeBuilder code) {
        int mask = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(mask).getstatic(LANES, "FLOATS", SPECIES).fconst_0();
        code.invokestatic(FLOATS, "broadcast", of(FLOATS, SPECIES, ConstantDescs.CD_float));
        code.fconst_1().aload(mask);
        onFloats(code, "blend", FLOATS, ConstantDescs.CD_float, MASK);
    }

    private static void compare(CodeBuilder code, String method) {
        int y = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(y);
        code.getstatic(OPERATORS, method.toUpperCase(Locale.ROOT), COMPARISON).aload(y);
        onFloats(code, "compare", MASK, COMPARISON, ANY);
    }

    /** Makes the offset in bytes of the index on the stack. */
    private static void offset(CodeBuilder code) {
        code.i2l().iconst_2().lshl();
    }

    private static void order(CodeBuilder code) {
        code.getstatic(LANES, "ORDER", ORDER);
    }

    private static void onFloats(
            CodeBuilder code, String method, ClassDesc result, ClassDesc... parameters) {
        code.invokevirtual(FLOATS, method, of(result, parameters));
    }

    private static MethodTypeDesc of(ClassDesc result, ClassDesc... parameters) {
        return MethodTypeDesc.of(result, parameters);
    }
}
