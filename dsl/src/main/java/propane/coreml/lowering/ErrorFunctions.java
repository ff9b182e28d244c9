package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Operation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Computes the error function as tanh(x·(c₀ + c₁x² + c₂x⁴)), at most 4·10⁻⁵ from it, where float16
 * steps by 5·10⁻⁴ below 1: nobody has shown an {@code erf} on the Neural Engine, and tanh runs
 * there. In float16 the result is within {@link #ERROR} of it.
 */
record ErrorFunctions() implements Pass {
    /** The largest error in float16, each operation rounded, over all of its numbers. */
    static final double ERROR = 8e-4;

    /** Fitted to atanh(erf x)/x for the least largest error of the result. */
    private static final double[] COEFFICIENTS = {1.1281434, 0.1040812, -0.0017865};

    /** Beyond it the result is ±1. */
    private static final double FAR = 4;

    @Override
    public String name() {
        return "error functions by tanh";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ErrorFunctions::decomposed);
    }

    private static List<Tensor> decomposed(Operation operation) {
        return operation.op() instanceof ElementwiseUnary.Erf(Tensor x)
                        && x.dtype() == DType.FLOAT32
                ? List.of(decomposed(x))
                : operation.results();
    }

    private static Tensor decomposed(Tensor x) {
        Tensor near = x.clip(-FAR, FAR);
        Tensor square = near.square();
        Tensor slope = square.mul(COEFFICIENTS[2]).add(COEFFICIENTS[1]);
        return near.mul(square.mul(slope).add(COEFFICIENTS[0])).tanh();
    }
}
