package propane.engine.cpu.plan;

import propane.spi.op.AxisTransformation;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Operation;
import propane.spi.op.Reduction;
import propane.spi.op.Rematerialization;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.Tensor;

/** Operations that only give the same bytes in memory another type: they need no kernel. */
public final class Aliases {
    private Aliases() {}

    /** Returns whether an operation's result is its operand's memory. */
    static boolean isAlias(Operation operation) {
        return switch (operation.op()) {
            case TensorTransformation.Reshape _,
                    AxisTransformation.ExpandDims _,
                    AxisTransformation.Squeeze _,
                    TensorOperation.StopGradient _,
                    Rematerialization _ ->
                    true;
            case ElementwiseUnary.Cast(Tensor x, var dtype) -> x.dtype() == dtype;
            case Reduction reduction -> reducesNothing(reduction);
            default -> false;
        };
    }

    /** Whether all axes a reduction reduces have length 1. */
    private static boolean reducesNothing(Reduction op) {
        return switch (op) {
            case Reduction.ReduceSum _,
                    Reduction.ReduceMean _,
                    Reduction.ReduceMax _,
                    Reduction.ReduceMin _ ->
                    op.axes().stream().allMatch(axis -> op.x().dim(axis) == 1);
            default -> false;
        };
    }

    /** Returns the tensor whose memory a tensor's value is found in. */
    public static Tensor root(Tensor tensor) {
        Tensor root = tensor;
        while (isAlias(root.operation())) {
            root = root.operation().operands().getFirst();
        }
        return root;
    }
}
