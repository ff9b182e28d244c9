package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.TensorOperation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Compares labels with the numbers of the classes where one_hot would find their places: the Neural
 * Engine compares fractions, and numbers up to 2,048 are exact in float16. Of more classes the
 * labels are taken apart into two digits, which the CPU does, in whole numbers.
 */
record ComparedLabels() implements Pass {
    private static final int EXACT = 2_048;

    @Override
    public String name() {
        return "labels compared with classes";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ComparedLabels::compared);
    }

    private static List<Tensor> compared(Operation operation) {
        if (!(operation.op()
                instanceof
                TensorOperation.OneHot(var labels, var classes, var axis, var on, var off))) {
            return operation.results();
        }
        int rank = labels.rank() + 1;
        int place = axis < 0 ? axis + rank : axis;
        Tensor same;
        if (classes <= EXACT) {
            same = met(labels, classes, place, i -> i);
        } else {
            same =
                    met(labels.floorDiv(EXACT), classes, place, i -> i / EXACT)
                            .and(met(labels.mod(EXACT), classes, place, i -> i % EXACT));
        }
        return List.of(same.where(scalar(on), scalar(off)));
    }

    private static Tensor met(Tensor labels, int classes, int place, IntUnaryOperator number) {
        int[] dims = new int[labels.rank() + 1];
        Arrays.fill(dims, 1);
        dims[place] = classes;
        double[] numbers = new double[classes];
        Arrays.setAll(numbers, number::applyAsInt);
        Tensor each = Tensor.constant(NDArray.of(numbers, TensorType.float32(Shape.shape(dims))));
        return fractions(labels).expandDims(place).equal(each);
    }

    /**
     * Returns labels as fractions; those of which some are replaced are chosen as fractions, too.
     */
    private static Tensor fractions(Tensor labels) {
        return switch (labels.op()) {
            case TensorOperation.Select(var cond, var yes, var no) ->
                    cond.where(fractions(yes), fractions(no));
            case Leaf.Const(NDArray value) -> Tensor.constant(value.cast(DType.FLOAT32));
            default -> labels.cast(DType.FLOAT32);
        };
    }

    private static Tensor scalar(double value) {
        return Tensor.constant(value);
    }
}
