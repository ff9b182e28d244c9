package propane.spi.pass;

import propane.spi.Program;
import propane.spi.op.Activation;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Rematerialization;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Drops operations that change nothing: sums with 0, products with 1, views of views, broadcasts
 * that the next operation does by itself. Every value stays the same bit for bit, NaN, infinities
 * and the sign of 0 included.
 */
public record Simplify() implements Pass {
    @Override
    public String name() {
        return "identities";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(Simplify::simplified);
    }

    private static List<Tensor> simplified(Operation operation) {
        if (operation.results().size() != 1) {
            return operation.results();
        }
        Tensor result = operation.result(0);
        Tensor same = same(operation.op(), result);
        if (same != result && same.type().equals(result.type())) {
            return List.of(same);
        }
        Op simpler = simpler(narrowed(operation));
        if (simpler == operation.op() || !simpler.infer().equals(result.type())) {
            return operation.results();
        }
        // What became of two views may be no view at all.
        return simplified(Operation.of(simpler, operation.source()));
    }

    /** Returns an operand that is the result, or the result where there is none. */
    private static Tensor same(Op op, Tensor result) {
        return switch (op) {
            case ElementwiseBinary.Add(var x, var y) when isNothing(y, x) -> x;
            case ElementwiseBinary.Add(var x, var y) when isNothing(x, y) -> y;
            case ElementwiseBinary.Sub(var x, var y) when Constants.isAll(y, 0) -> x;
            case ElementwiseBinary.Mul(var x, var y) when Constants.isAll(y, 1) -> x;
            case ElementwiseBinary.Mul(var x, var y) when Constants.isAll(x, 1) -> y;
            case ElementwiseBinary.RealDiv(var x, var y) when Constants.isAll(y, 1) -> x;
            case ElementwiseBinary.Pow(var x, var y) when Constants.isAll(y, 1) -> x;
            case ElementwiseUnary.Cast(var x, _) -> x;
            case TensorOperation.StopGradient(var x) -> x;
            case TensorOperation.Identity(var x) -> x;
            case Rematerialization.Rematerialized(var x, _) -> x;
            case TensorOperation.BroadcastTo(var x, _) -> x;
            case TensorOperation.Pad(var x, _, _, _) -> x;
            case TensorTransformation.Reshape(var x, _) -> x;
            case TensorTransformation.Transpose(var x, var perm) when isSorted(x, perm) -> x;
            case TensorTransformation.SliceByIndex slice
                    when slice.stride().stream().allMatch(step -> step == 1) ->
                    slice.x();
            default -> result;
        };
    }

    /**
     * Returns an op element by element over operands as they were before they were stretched,
     * wherever another operand still gives the result its shape: such an op broadcasts by itself.
     */
    private static Op narrowed(Operation operation) {
        Op op = operation.op();
        if (!(op instanceof ElementwiseBinary) && !(op instanceof TensorOperation.Select)) {
            return op;
        }
        Op narrow = op;
        for (int i = 0; i < operation.operands().size(); i++) {
            Tensor operand = operation.operands().get(i);
            Tensor own = unstretched(operand);
            if (own != operand) {
                var operands = new ArrayList<>(OpSchema.of(narrow).operands(narrow));
                operands.set(i, own);
                Op candidate = OpSchema.of(op).withOperands(op, operands);
                narrow = candidate.infer().equals(operation.result(0).type()) ? candidate : narrow;
            }
        }
        return narrow;
    }

    /** Returns what a tensor is repeated from: of one number everywhere, that number. */
    private static Tensor unstretched(Tensor tensor) {
        return switch (tensor.op()) {
            case TensorOperation.BroadcastTo(var x, _) -> x;
            case TensorOperation.Fill(_, var value) -> number(tensor, value.at(0));
            case Leaf.Const(var array) when array.size() > 1 && Constants.isUniform(tensor) ->
                    number(tensor, array.at(0));
            default -> tensor;
        };
    }

    private static Tensor number(Tensor in, double value) {
        var one = NDArray.full(in.type().with(Shape.shape()), value);
        return Operation.of(new Leaf.Const(one), in.source()).result(0);
    }

    /** Whether adding a constant to x leaves every bit of it: −0 + 0 would be 0. */
    private static boolean isNothing(Tensor constant, Tensor x) {
        return Constants.isAll(constant, -0.0)
                || Constants.isAll(constant, 0)
                        && switch (x.op()) {
                            case ElementwiseUnary.Exp _,
                                    ElementwiseUnary.Abs _,
                                    ElementwiseUnary.Square _,
                                    Activation.Sigmoid _,
                                    Activation.Softmax _ ->
                                    true;
                            default -> x.dtype() == DType.INT32;
                        };
    }

    private static boolean isSorted(Tensor x, List<Integer> perm) {
        return IntStream.range(0, x.rank()).allMatch(i -> x.shape().axis(perm.get(i)) == i);
    }

    /** Returns an op of less work that computes the same, or the op itself. */
    private static Op simpler(Op op) {
        return switch (op) {
            case TensorOperation.BroadcastTo(var y, var shape)
                    when y.op() instanceof TensorOperation.BroadcastTo(var x, _) ->
                    new TensorOperation.BroadcastTo(x, shape);
            case TensorTransformation.Reshape(var y, var shape)
                    when y.op() instanceof TensorTransformation.Reshape(var x, _) ->
                    new TensorTransformation.Reshape(x, shape);
            case TensorTransformation.Transpose(var y, var outer)
                    when y.op() instanceof TensorTransformation.Transpose(var x, var inner) ->
                    new TensorTransformation.Transpose(
                            x,
                            outer.stream()
                                    .map(axis -> x.shape().axis(inner.get(y.shape().axis(axis))))
                                    .toList());
            case ElementwiseBinary.Pow(var x, var y)
                    when Constants.isAll(y, 2) && y.rank() <= x.rank() ->
                    new ElementwiseUnary.Square(x);
            default -> op;
        };
    }
}
