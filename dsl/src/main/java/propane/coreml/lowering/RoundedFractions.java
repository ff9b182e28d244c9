package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Operation;
import propane.spi.op.Rounding;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Leaves out the way through whole numbers where rounded ones become fractions again: the Neural
 * Engine makes no whole numbers.
 */
record RoundedFractions() implements Pass {
    @Override
    public String name() {
        return "rounded numbers stay fractions";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(RoundedFractions::kept);
    }

    private static List<Tensor> kept(Operation operation) {
        return operation.op() instanceof ElementwiseUnary.Cast(var whole, var dtype)
                        && dtype == DType.FLOAT32
                        && whole.op() instanceof ElementwiseUnary.Cast(var rounded, var between)
                        && between == DType.INT32
                        && isRounded(rounded)
                ? List.of(rounded)
                : operation.results();
    }

    private static boolean isRounded(Tensor x) {
        return x.dtype() == DType.FLOAT32 && x.op() instanceof Rounding;
    }
}
