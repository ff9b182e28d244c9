package propane.pass;

import propane.tensor.ElementwiseBinary;
import propane.tensor.Leaf;
import propane.tensor.NDArray;
import propane.tensor.Op;
import propane.tensor.OpSchema;
import propane.tensor.Operation;
import propane.tensor.Program;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorOperation;

import java.util.ArrayList;
import java.util.List;

/**
 * Leaves stretching to operations that broadcast by themselves: an operand that was stretched by a
 * product with ones is taken as it was, a constant of equal elements becomes one number, wherever
 * another operand still gives the result its shape.
 */
public record BroadcastSinking() implements Pass {
    @Override
    public String name() {
        return "broadcast sinking";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(BroadcastSinking::narrowed);
    }

    private static List<Tensor> narrowed(Operation operation) {
        Op op = operation.op();
        if (!(op instanceof ElementwiseBinary) && !(op instanceof TensorOperation.Select)) {
            return operation.results();
        }
        Op narrow = op;
        for (int i = 0; i < operation.operands().size(); i++) {
            var operands = new ArrayList<>(OpSchema.of(narrow).operands(narrow));
            operands.set(i, unstretched(operands.get(i)));
            Op candidate = OpSchema.of(op).withOperands(op, operands);
            if (candidate.infer().equals(op.infer())) {
                narrow = candidate;
            }
        }
        return narrow.equals(op)
                ? operation.results()
                : Operation.of(narrow, operation.source()).results();
    }

    private static Tensor unstretched(Tensor tensor) {
        if (tensor.op() instanceof ElementwiseBinary.Mul(var x, var ones)
                && Constants.isAll(ones, 1)) {
            return x;
        }
        if (tensor.shape().size() > 1
                && Constants.isUniform(tensor)
                && tensor.op() instanceof Leaf.Const(var array)) {
            var one = NDArray.filled(tensor.type().with(Shape.shape()), array.at(0));
            return Operation.of(new Leaf.Const(one), tensor.source()).result(0);
        }
        return tensor;
    }
}
