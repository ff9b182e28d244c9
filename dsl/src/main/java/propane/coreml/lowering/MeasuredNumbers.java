package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Activation;
import propane.spi.op.AxisTransformation;
import propane.spi.op.Convolution;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Linear;
import propane.spi.op.Normalization;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Reduction;
import propane.spi.op.TensorTransformation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Computes a function in float16 as the Neural Engine was measured to, where that is not what IEEE
 * 754 says; for trying what a training makes of it. Rounding, narrow sums and the end of products
 * are the CPU engine's own ({@link propane.spi.op.HalfPrecision}); this adds, as measured by
 * ANEForge:
 *
 * <ul>
 *   <li>a slice that begins after the start of the last axis ends at ±4,094;
 *   <li>nothing is ever not a number: log(+∞) is 0, ∞ times a number −52,416, and what else would
 *       be none is taken to be 0, the value that hides a fault best.
 * </ul>
 */
public record MeasuredNumbers() implements Pass {
    private static final double LARGEST_SLICED = 4_094;
    private static final double LARGEST = 65_504;
    private static final double INFINITE_PRODUCT = -52_416;

    @Override
    public String name() {
        return "numbers as measured";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(MeasuredNumbers::measured);
    }

    private static List<Tensor> measured(Operation operation) {
        Tensor result = operation.result(0);
        if (operation.results().size() != 1 || result.dtype() != DType.FLOAT16) {
            return operation.results();
        }
        return switch (operation.op()) {
            case TensorTransformation.SliceByIndex slice when startsInside(slice.begin()) ->
                    List.of(sliced(result));
            case AxisTransformation.SliceBySize slice when startsInside(slice.begin()) ->
                    List.of(sliced(result));
            case ElementwiseUnary.Log log ->
                    List.of(isInfinite(log.x()).where(number(0), number(result)));
            case ElementwiseBinary.Mul(Tensor x, Tensor y) ->
                    List.of(
                            isInfinite(x)
                                    .or(isInfinite(y))
                                    .where(number(INFINITE_PRODUCT), number(result)));
            case Op op when computes(op) -> List.of(number(result));
            default -> operation.results();
        };
    }

    private static boolean startsInside(List<Integer> begin) {
        return !begin.isEmpty() && begin.getLast() != 0;
    }

    private static boolean computes(Op op) {
        return op instanceof Activation
                || op instanceof Convolution
                || op instanceof ElementwiseBinary
                || op instanceof ElementwiseUnary
                || op instanceof Linear
                || op instanceof Normalization
                || op instanceof Reduction;
    }

    private static Tensor sliced(Tensor x) {
        return x.minimum(LARGEST_SLICED).maximum(-LARGEST_SLICED);
    }

    private static Tensor isInfinite(Tensor x) {
        return x.abs().greater(LARGEST);
    }

    private static Tensor number(Tensor x) {
        return x.equal(x).where(x, number(0));
    }

    private static Tensor number(double value) {
        var type = new TensorType(DType.FLOAT16, Shape.shape());
        return Tensor.constant(NDArray.full(type, value));
    }
}
