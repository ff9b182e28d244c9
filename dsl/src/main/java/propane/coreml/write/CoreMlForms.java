package propane.coreml.write;

import propane.spi.Program;
import propane.spi.op.AxisTransformation;
import propane.spi.op.BatchNormalization;
import propane.spi.op.LayerNormalization;
import propane.spi.op.Normalization;
import propane.spi.op.Op;
import propane.spi.op.OpRule;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.PadType;
import propane.spi.op.PartOperation;
import propane.spi.op.Pool;
import propane.spi.op.Reduction;
import propane.spi.op.SortOperation;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.spi.pass.Pass;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Gives ops the forms that Core ML takes where it takes fewer than we do: no rounding up of pools,
 * no condition wider than what it chooses from, no reduction of nothing, no list of no axes, no
 * sorting without indices.
 */
record CoreMlForms() implements Pass {
    @Override
    public String name() {
        return "forms that Core ML takes";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(CoreMlForms::formed);
    }

    private static List<Tensor> formed(Operation operation) {
        Op op = operation.op();
        return switch (op) {
            case Pool.MaxPool(var x, var kernel, var strides, var type, var pad, var ceil)
                    when ceil -> {
                var ends = ends(op.infer().shape(), x.shape(), kernel, strides, type, pad);
                yield made(
                        new Pool.MaxPool(x, kernel, strides, form(type), ends, false), operation);
            }
            case Pool.AvgPool(
                            var x,
                            var kernel,
                            var strides,
                            var type,
                            var pad,
                            var exclude,
                            var ceil)
                    when ceil -> {
                var ends = ends(op.infer().shape(), x.shape(), kernel, strides, type, pad);
                yield made(
                        new Pool.AvgPool(x, kernel, strides, form(type), ends, exclude, false),
                        operation);
            }
            case BatchNormalization.BatchNorm norm when norm.x().rank() < 3 -> norm.decompose();
            case LayerNormalization.InstanceNorm norm when norm.x().rank() > 4 -> norm.decompose();
            case Normalization.LocalResponseNorm norm when norm.x().rank() > 4 -> norm.decompose();
            case TensorOperation.Select select -> made(widened(select), operation);
            case Reduction reduction when reduction.axes().isEmpty() -> List.of(overOne(reduction));
            case TensorTransformation moved when movesNothing(moved) -> List.of(moved.x());
            case TensorTransformation.Reshape(var x, var shape) when shape.isEmpty() ->
                    List.of(only(x));
            case AxisTransformation.SliceBySize(var x, var begin, _) -> {
                int[] from = new int[x.rank()];
                int[] to = new int[x.rank()];
                for (int i = 0; i < from.length; i++) {
                    from[i] = begin.get(i) < 0 ? begin.get(i) + x.dim(i) : begin.get(i);
                    to[i] = from[i] + operation.result(0).dim(i);
                }
                yield List.of(x.slice(from, to));
            }
            case PartOperation.Tile(var x, var reps) when reps.isEmpty() -> List.of(x);
            case SortOperation.Topk(var x, var k, var axis, var ascending, var sort, var both)
                    when !both ->
                    List.of(
                            Operation.of(
                                            new SortOperation.Topk(
                                                    x, k, axis, ascending, sort, true),
                                            operation.source())
                                    .result(0));
            default -> operation.results();
        };
    }

    private static List<Tensor> made(Op op, Operation inPlaceOf) {
        return op.equals(inPlaceOf.op())
                ? inPlaceOf.results()
                : Operation.of(op, inPlaceOf.source()).results();
    }

    private static PadType form(PadType type) {
        return type == PadType.VALID ? PadType.CUSTOM : type;
    }

    /** Returns pads so long that as many windows fit as rounding up would make. */
    private static List<Integer> ends(
            Shape result,
            Shape x,
            List<Integer> kernel,
            List<Integer> strides,
            PadType type,
            List<Integer> pad) {
        if (type == PadType.SAME || type == PadType.SAME_LOWER) {
            return pad;
        }
        var longer = new ArrayList<Integer>();
        for (int i = 0; i < kernel.size(); i++) {
            int before = type == PadType.CUSTOM ? pad.get(2 * i) : 0;
            int after = type == PadType.CUSTOM ? pad.get(2 * i + 1) : 0;
            int reach = (result.dim(i + 2) - 1) * strides.get(i) + kernel.get(i);
            longer.add(before);
            longer.add(Math.max(after, reach - before - x.dim(i + 2)));
        }
        return longer;
    }

    /** Whether an op names no axis and so leaves everything where it is. */
    private static boolean movesNothing(TensorTransformation op) {
        return op.infer().equals(op.x().type())
                && OpSchema.of(op).parts().stream()
                        .anyMatch(part -> List.of().equals(part.value(op)));
    }

    /** Returns a reduction of single elements as one along an axis of length 1. */
    private static Tensor overOne(Reduction reduction) {
        Shape shape = reduction.x().shape();
        Tensor column = reduction.x().reshape(shape.size(), 1);
        var schema = OpSchema.of(reduction);
        Object[] values =
                schema.parts().stream()
                        .map(part ->
                                switch (part.name()) {
                                    case "x" -> column;
                                    case "axes" -> List.of(1);
                                    case "keep_dims" -> false;
                                    default -> part.value(reduction);
                                })
                        .toArray();
        Tensor reduced = Tensor.of(schema.make(values));
        return shape.rank() == 0 ? only(reduced) : reduced.reshape(shape.toArray());
    }

    /** Returns the only element, without axes. */
    private static Tensor only(Tensor x) {
        return Tensor.of(
                new AxisTransformation.Squeeze(x, IntStream.range(0, x.rank()).boxed().toList()));
    }

    private static Op widened(TensorOperation.Select select) {
        Shape shape = select.infer().shape();
        Tensor a = select.a();
        if (OpRule.broadcast(select, a.shape(), select.b().shape()).equals(shape)) {
            return select;
        }
        return new TensorOperation.Select(select.cond(), a.broadcastTo(shape), select.b());
    }
}
