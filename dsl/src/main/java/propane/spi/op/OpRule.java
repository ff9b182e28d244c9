package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The type rules that many ops share, and the errors that say which one an op broke. */
public final class OpRule {
    private OpRule() {}

    /**
     * Returns the error for operands whose shapes break a rule.
     *
     * @param op the op
     * @param rule what was broken, with the numbers
     * @param fix how to fix it
     */
    public static ShapeException shape(Op op, String rule, String fix) {
        return new ShapeException(problem(op, rule, fix));
    }

    /**
     * Returns the error for a call that breaks a rule before there is an op of it.
     *
     * @param call the name of the method that was called
     * @param x the tensor that it was called on
     */
    static ShapeException shape(String call, Tensor x, String rule, String fix) {
        return new ShapeException(Problem.of(call, rule).operand("x", x).fix(fix));
    }

    /** Returns the error for operands whose element types break a rule. */
    public static DTypeException dtype(Op op, String rule, String fix) {
        return new DTypeException(problem(op, rule, fix));
    }

    /**
     * Requires an operand of float32 or float16.
     *
     * @throws DTypeException if it is not
     */
    public static TensorType requireFloat(Op op, Tensor x) {
        if (!x.dtype().isFloat()) {
            throw dtype(
                    op,
                    "needs floating-point elements, got " + x.type(),
                    "convert with cast(DType.FLOAT32)");
        }
        return x.type();
    }

    /**
     * Requires an operand that is not of truth values.
     *
     * @throws DTypeException if it is
     */
    public static TensorType requireNumber(Op op, Tensor x) {
        if (x.dtype() == DType.BOOL) {
            throw dtype(op, "does not take truth values", "convert with cast(…)");
        }
        return x.type();
    }

    /**
     * Requires int32 indices.
     *
     * @throws DTypeException if they are not
     */
    public static void requireIndices(Op op, Tensor indices) {
        if (indices.dtype() != DType.INT32) {
            throw dtype(
                    op,
                    "indices must be int32, got " + indices.type(),
                    "convert with cast(DType.INT32)");
        }
    }

    /**
     * Requires operands of one element type.
     *
     * @throws DTypeException if they differ
     */
    public static DType requireSame(Op op, Tensor x, Tensor y) {
        if (x.dtype() != y.dtype()) {
            throw dtype(
                    op,
                    "element types differ: " + x.dtype().mil() + " and " + y.dtype().mil(),
                    "convert one of them with cast(…)");
        }
        return x.dtype();
    }

    /**
     * Returns the shape that two shapes broadcast to: aligned at the last axis, a missing axis or
     * one of length 1 stretches.
     *
     * @throws ShapeException if two lengths differ and neither is 1
     */
    public static Shape broadcast(Op op, Shape x, Shape y) {
        int rank = Math.max(x.rank(), y.rank());
        int[] dims = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int a = i <= x.rank() ? x.dim(-i) : 1;
            int b = i <= y.rank() ? y.dim(-i) : 1;
            if (a != b && a != 1 && b != 1) {
                throw shape(
                        op,
                        "shapes do not broadcast: " + x + " and " + y,
                        "make axis " + -i + " equal (" + a + " or " + b + ") or 1");
            }
            dims[rank - i] = a == 1 ? b : a;
        }
        return Shape.shape(dims);
    }

    /**
     * Returns an axis as a number from 0.
     *
     * @throws ShapeException if there is no such axis
     */
    public static int axis(Op op, Shape shape, int axis) {
        return axes(op, shape, List.of(axis)).getFirst();
    }

    /**
     * Returns axes as sorted numbers from 0.
     *
     * @throws ShapeException if one does not exist or stands twice
     */
    public static List<Integer> axes(Op op, Shape shape, List<Integer> axes) {
        return Axes.of(shape, axes, (rule, fix) -> shape(op, rule, fix));
    }

    /** Returns the tensors that an op was given, by the names of its operands, in their order. */
    public static Map<String, Tensor> operands(Op op) {
        var named = new LinkedHashMap<String, Tensor>();
        for (OpSchema.Operand operand : OpSchema.of(op).parts()) {
            switch (operand.value(op)) {
                case Tensor tensor -> named.put(operand.name(), tensor);
                case List<?> list -> {
                    for (int i = 0; i < list.size(); i++) {
                        if (list.get(i) instanceof Tensor tensor) {
                            named.put(operand.name() + "[" + i + "]", tensor);
                        }
                    }
                }
                default -> {}
            }
        }
        return named;
    }

    private static Problem problem(Op op, String rule, String fix) {
        var problem = Problem.of(OpSchema.of(op).name(), rule);
        for (Map.Entry<String, Tensor> operand : operands(op).entrySet()) {
            problem = problem.operand(operand.getKey(), operand.getValue());
        }
        return problem.fix(fix);
    }
}
