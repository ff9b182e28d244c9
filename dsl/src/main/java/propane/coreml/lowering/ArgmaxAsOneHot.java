package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.IndexReduction;
import propane.spi.op.Operation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the places of largest and smallest elements as fractions, where nothing else is wanted: the
 * smallest of the numbers of all places that hold the extreme. The Neural Engine makes no whole
 * numbers, and those up to 2,048 are exact in float16.
 */
record ArgmaxAsOneHot() implements Pass {
    private static final int EXACT = 2_048;

    @Override
    public String name() {
        return "places found as fractions";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ArgmaxAsOneHot::found);
    }

    private static List<Tensor> found(Operation operation) {
        return operation.op() instanceof ElementwiseUnary.Cast(var place, var dtype)
                        && dtype == DType.FLOAT32
                        && place.op() instanceof IndexReduction reduction
                        && reduction.x().dim(reduction.axis()) <= EXACT
                ? List.of(first(reduction).reshape(dims(place)))
                : operation.results();
    }

    private static Tensor first(IndexReduction reduction) {
        Tensor x = reduction.x();
        int axis = x.shape().axis(reduction.axis());
        boolean isLargest = reduction instanceof IndexReduction.ReduceArgmax;
        Tensor extreme = isLargest ? x.max(axis, true) : x.min(axis).expandDims(axis);
        int length = x.dim(axis);
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[axis] = length;
        double[] numbers = new double[length];
        Arrays.setAll(numbers, i -> i);
        Tensor places = Tensor.constant(NDArray.of(numbers, TensorType.float32(Shape.shape(dims))));
        return x.equal(extreme).where(places, Tensor.constant(length)).min(axis);
    }

    private static int[] dims(Tensor of) {
        return of.shape().dims().stream().mapToInt(Integer::intValue).toArray();
    }
}
