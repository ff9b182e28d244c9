package propane.spi.pass;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.NormReduction;
import propane.spi.op.Operation;
import propane.spi.op.Reduction;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Makes of a square and the sum of all its elements one operation, for devices that look at each
 * element once then, and need not keep the squares. For float32 alone: in float16 each square is
 * rounded.
 */
public record SquareSums() implements Pass {
    @Override
    public String name() {
        return "sums of squares";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(SquareSums::joined);
    }

    private static List<Tensor> joined(Operation operation) {
        if (operation.op() instanceof Reduction.ReduceSum(var squares, var axes, var keepDims)
                && squares.op() instanceof ElementwiseUnary.Square(var x)
                && x.dtype() == DType.FLOAT32
                && operation.result(0).shape().size() == 1) {
            var sum = new NormReduction.ReduceSumSquare(x, axes, keepDims);
            return Operation.of(sum, operation.source()).results();
        }
        return operation.results();
    }
}
