package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Activation;
import propane.spi.op.AxisTransformation;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.PartOperation;
import propane.spi.op.Reduction;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.spi.pass.Pass;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Computes values without axes with one axis of length 1: nobody has shown one without on the
 * Neural Engine, and runtimes around Core ML have crashed on them. Constants stay, which are
 * attributes of what reads them.
 *
 * <p>Each value becomes a view of one with an axis, which whoever knows how reads in its place.
 */
record ScalarAxes() implements Pass {
    @Override
    public String name() {
        return "scalars with an axis";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ScalarAxes::widened);
    }

    private static List<Tensor> widened(Operation operation) {
        if (operation.results().size() != 1) {
            return operation.results();
        }
        Tensor result = operation.result(0);
        boolean isScalar = result.rank() == 0 && !(operation.op() instanceof Leaf);
        boolean reads = operation.operands().stream().anyMatch(ScalarAxes::isView);
        if (!isScalar && !reads) {
            return operation.results();
        }
        return switch (operation.op()) {
            case Op op when worksByElement(op) && reads -> {
                Tensor wide = of(wide(operation), operation);
                yield List.of(isScalar ? view(wide) : wide);
            }
            case Op op when movesOnly(op) -> {
                Tensor x = wide(operation.operands().getFirst());
                yield List.of(isScalar ? view(x.reshape(1)) : x.reshape(result.shape().toArray()));
            }
            case TensorOperation.BroadcastTo(var x, var shape) when reads ->
                    List.of(of(new TensorOperation.BroadcastTo(wide(x), shape), operation));
            case PartOperation.Stack(var values, _) when reads ->
                    List.of(Tensor.concat(0, values.stream().map(ScalarAxes::axis).toList()));
            case Reduction reduction when reduction.x().rank() > 0 && isScalar ->
                    List.of(view(row(operation, reduction)));
            default -> operation.results();
        };
    }

    private static boolean worksByElement(Op op) {
        return op instanceof ElementwiseUnary
                || op instanceof ElementwiseBinary
                || op instanceof Activation.Pointwise
                || op instanceof TensorOperation.Select
                || op instanceof TensorOperation.Identity;
    }

    private static boolean movesOnly(Op op) {
        return op instanceof TensorTransformation.Reshape
                || op instanceof TensorTransformation.Transpose
                || op instanceof AxisTransformation.ExpandDims
                || op instanceof AxisTransformation.Squeeze;
    }

    private static Tensor of(Op op, Operation in) {
        return Operation.of(op, in.source()).result(0);
    }

    private static Tensor view(Tensor wide) {
        return wide.reshape();
    }

    private static boolean isView(Tensor tensor) {
        return tensor.rank() == 0
                && tensor.op() instanceof TensorTransformation.Reshape(Tensor wide, _)
                && wide.rank() == 1;
    }

    private static Tensor wide(Tensor tensor) {
        return isView(tensor) ? ((TensorTransformation.Reshape) tensor.op()).x() : tensor;
    }

    private static Tensor axis(Tensor scalar) {
        return isView(scalar) ? wide(scalar) : scalar.reshape(1);
    }

    private static Op wide(Operation operation) {
        var operands = operation.operands().stream().map(ScalarAxes::wide).toList();
        return OpSchema.of(operation.op()).withOperands(operation.op(), operands);
    }

    /** Returns a reduction of all axes as one of the rows of a matrix of one row; [1]. */
    private static Tensor row(Operation operation, Reduction all) {
        Tensor row = all.x().reshape(1, all.x().shape().size());
        var schema = OpSchema.of(operation.op());
        Object[] values =
                IntStream.range(0, schema.parts().size())
                        .mapToObj(i ->
                                switch (schema.parts().get(i).name()) {
                                    case "x" -> row;
                                    case "axes" -> List.of(1);
                                    case "axis" -> 1;
                                    case "keep_dims" -> false;
                                    default -> schema.parts().get(i).value(operation.op());
                                })
                        .toArray();
        return of(schema.make(values), operation);
    }
}
