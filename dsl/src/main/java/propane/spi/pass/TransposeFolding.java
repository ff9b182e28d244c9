package propane.spi.pass;

import propane.spi.Program;
import propane.spi.op.Linear;
import propane.spi.op.Operation;
import propane.spi.op.TensorTransformation;
import propane.tensor.Tensor;

import java.util.List;

/** Lets a matrix product read its factors transposed instead of transposing them first. */
public record TransposeFolding() implements Pass {
    @Override
    public String name() {
        return "transpose folding";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(TransposeFolding::folded);
    }

    private static List<Tensor> folded(Operation operation) {
        if (!(operation.op() instanceof Linear.Matmul(var x, var y, var ofX, var ofY))
                || !swapsLastTwo(x) && !swapsLastTwo(y)) {
            return operation.results();
        }
        var product =
                new Linear.Matmul(
                        swapsLastTwo(x) ? operand(x) : x,
                        swapsLastTwo(y) ? operand(y) : y,
                        ofX ^ swapsLastTwo(x),
                        ofY ^ swapsLastTwo(y));
        return Operation.of(product, operation.source()).results();
    }

    private static Tensor operand(Tensor transposed) {
        return transposed.operation().operands().getFirst();
    }

    private static boolean swapsLastTwo(Tensor tensor) {
        if (!(tensor.op() instanceof TensorTransformation.Transpose(var x, var perm))) {
            return false;
        }
        int rank = x.rank();
        for (int axis = 0; axis < rank; axis++) {
            int expected = axis < rank - 2 ? axis : 2 * rank - 3 - axis;
            if (x.shape().axis(perm.get(axis)) != expected) {
                return false;
            }
        }
        return rank >= 2;
    }
}
