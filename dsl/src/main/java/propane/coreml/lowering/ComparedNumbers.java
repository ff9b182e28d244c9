package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Compares whole numbers of a batch with small constants as fractions: whole numbers from 2,048 on
 * lose their last bits in float16 but stay on their side of all smaller ones.
 */
record ComparedNumbers() implements Pass {
    private static final int ALL_EXACT_BELOW = 2_048;

    @Override
    public String name() {
        return "whole numbers compared as fractions";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ComparedNumbers::compared);
    }

    private static List<Tensor> compared(Operation operation) {
        if (!(operation.op() instanceof ElementwiseBinary.Comparison comparison)) {
            return operation.results();
        }
        Tensor x = comparison.x();
        Tensor y = comparison.y();
        boolean isWanted = isOfBatch(x) && isSmall(y) || isSmall(x) && isOfBatch(y);
        return isWanted
                ? List.of(
                        Tensor.of(
                                OpSchema.of(comparison)
                                        .withOperands(
                                                comparison,
                                                List.of(
                                                        x.cast(DType.FLOAT32),
                                                        y.cast(DType.FLOAT32)))))
                : operation.results();
    }

    private static boolean isOfBatch(Tensor x) {
        return x.op() instanceof Leaf.Input(Port port)
                && port.role() == Role.BATCH
                && x.dtype() == DType.INT32;
    }

    private static boolean isSmall(Tensor x) {
        return x.op() instanceof Leaf.Const(NDArray value)
                && Arrays.stream(value.doubles()).allMatch(n -> Math.abs(n) < ALL_EXACT_BELOW);
    }
}
