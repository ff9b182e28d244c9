package propane.coreml;

import propane.pass.Pass;
import propane.tensor.Convolution;
import propane.tensor.DType;
import propane.tensor.Leaf;
import propane.tensor.Op;
import propane.tensor.OpRule;
import propane.tensor.Operation;
import propane.tensor.PadType;
import propane.tensor.Pool;
import propane.tensor.Program;
import propane.tensor.Reduction;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorOperation;
import propane.tensor.TensorTransformation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Gives ops the forms that Core ML takes where it takes fewer than we do: no rounding up of pools,
 * no dilated convolution with kernels that are not constant, no condition wider than what it
 * chooses from, no reduction of nothing, no reshape to no axes.
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
            case Convolution.Conv conv
                    when !(conv.weight().op() instanceof Leaf.Const)
                            && conv.dilations().stream().anyMatch(step -> step > 1) ->
                    made(undilated(conv), operation);
            case TensorOperation.Select select -> made(widened(select), operation);
            case Reduction.ReduceSum(var x, var axes, _) when axes.isEmpty() -> List.of(x);
            case Reduction.ReduceMean(var x, var axes, _) when axes.isEmpty() -> List.of(x);
            case Reduction.ReduceMax(var x, var axes, _) when axes.isEmpty() -> List.of(x);
            case Reduction.ReduceMin(var x, var axes, _) when axes.isEmpty() -> List.of(x);
            case TensorTransformation.Reshape(var x, var shape) when shape.isEmpty() ->
                    List.of(only(x));
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

    /** Zeros between the elements of a kernel do what dilation does. */
    private static Op undilated(Convolution.Conv conv) {
        Tensor kernel = conv.weight();
        for (int i = 0; i < conv.dilations().size(); i++) {
            kernel = spread(kernel, i + 2, conv.dilations().get(i));
        }
        return new Convolution.Conv(
                conv.x(),
                kernel,
                conv.strides(),
                conv.padType(),
                conv.pad(),
                Collections.nCopies(conv.dilations().size(), 1),
                conv.groups());
    }

    private static Tensor spread(Tensor kernel, int axis, int step) {
        int length = kernel.dim(axis);
        if (step == 1 || length == 1) {
            return kernel;
        }
        int outer = new Shape(kernel.shape().dims().subList(0, axis)).size();
        int inner = new Shape(kernel.shape().dims().subList(axis + 1, kernel.rank())).size();
        // Of four axes whatever the kernel has: Core ML takes five at most.
        Tensor wide =
                kernel.reshape(outer, length, 1, inner)
                        .pad(List.of(0, 0, 0, 0, 0, step - 1, 0, 0))
                        .reshape(outer, length * step, inner);
        int[] end = {outer, (length - 1) * step + 1, inner};
        Shape spread = kernel.shape().with(axis, end[1]);
        return wide.slice(new int[3], end).reshape(spread.toArray());
    }

    /** Returns the only element without axes: its sum is it. */
    private static Tensor only(Tensor x) {
        return x.dtype() == DType.BOOL
                ? only(x.cast(DType.INT32)).cast(DType.BOOL)
                : x.sum(IntStream.range(0, x.rank()).toArray());
    }

    private static Op widened(TensorOperation.Select select) {
        Shape shape = select.infer().shape();
        Tensor a = select.a();
        if (OpRule.broadcast(select, a.shape(), select.b().shape()).equals(shape)) {
            return select;
        }
        Tensor wide =
                a.dtype() == DType.BOOL
                        ? a.cast(DType.INT32).broadcastTo(shape).cast(DType.BOOL)
                        : a.broadcastTo(shape);
        return new TensorOperation.Select(select.cond(), wide, select.b());
    }
}
