package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.NormReduction;
import propane.spi.op.Operation;
import propane.spi.op.Reduction;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Takes the largest magnitude out of a root of a sum of squares before it squares: the squares of
 * numbers above 256 are beyond float16, those below 1/4,096 vanish in it.
 */
record ScaledNorms() implements Pass {
    /** The smallest normal float16; smaller ones are over it as they are. */
    private static final double SMALLEST = 0x1p-14;

    @Override
    public String name() {
        return "norms over their largest magnitude";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ScaledNorms::scaled);
    }

    private static List<Tensor> scaled(Operation operation) {
        return switch (operation.op()) {
            case NormReduction.ReduceL2Norm(var x, var axes, boolean keepDims) when isScalable(x) ->
                    List.of(norm(x, axes, keepDims));
            case ElementwiseUnary.Sqrt(Tensor squares)
                    when squares.op() instanceof NormReduction.ReduceSumSquare sum
                            && isScalable(sum.x()) ->
                    List.of(norm(sum.x(), sum.axes(), sum.keepDims()));
            case ElementwiseUnary.Sqrt(Tensor squares)
                    when squares.op() instanceof Reduction.ReduceSum(var of, var axes, var keepDims)
                            && of.op() instanceof ElementwiseUnary.Square(Tensor x)
                            && isScalable(x) ->
                    List.of(norm(x, axes, keepDims));
            default -> operation.results();
        };
    }

    private static boolean isScalable(Tensor x) {
        return x.dtype() == DType.FLOAT32 && x.shape().size() > 0;
    }

    private static Tensor norm(Tensor x, List<Integer> axes, boolean keepDims) {
        Tensor largest = Tensor.of(new Reduction.ReduceMax(x.abs(), axes, true)).maximum(SMALLEST);
        Tensor squares = x.div(largest).square();
        Tensor root = Tensor.of(new Reduction.ReduceSum(squares, axes, true)).sqrt();
        Tensor norm = root.mul(largest);
        return keepDims
                ? norm
                : norm.reshape(new Reduction.ReduceSum(x, axes, false).infer().shape().toArray());
    }
}
