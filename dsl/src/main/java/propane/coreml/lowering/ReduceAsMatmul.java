package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Linear;
import propane.spi.op.Operation;
import propane.spi.op.Reduction;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/**
 * Adds up by a product with ones: the engine's products add up in 32 bits, its sums in 16. Means
 * multiply by a power of two on the way, so that no sum grows beyond what float16 holds.
 */
record ReduceAsMatmul() implements Pass {
    @Override
    public String name() {
        return "sums as products with ones";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ReduceAsMatmul::multiplied);
    }

    private static List<Tensor> multiplied(Operation operation) {
        return switch (operation.op()) {
            case Reduction.ReduceSum sum when isLarge(sum) -> List.of(sum(sum, 1));
            case Reduction.ReduceMean mean when isLarge(mean) -> {
                int count = count(mean);
                int power = Integer.highestOneBit(count);
                Tensor parts = sum(mean, 1.0 / power);
                yield List.of(power == count ? parts : parts.mul((double) power / count));
            }
            default -> operation.results();
        };
    }

    private static boolean isLarge(Reduction op) {
        return op.x().dtype() == DType.FLOAT32 && op.x().shape().size() > 0 && count(op) > 1;
    }

    private static int count(Reduction op) {
        boolean[] reduced = reduced(op);
        int count = 1;
        for (int i = 0; i < reduced.length; i++) {
            count *= reduced[i] ? op.x().dim(i) : 1;
        }
        return count;
    }

    private static boolean[] reduced(Reduction op) {
        boolean[] reduced = new boolean[op.x().rank()];
        for (int axis : op.axes()) {
            reduced[axis < 0 ? axis + reduced.length : axis] = true;
        }
        return reduced;
    }

    private static Tensor sum(Reduction op, double factor) {
        boolean[] reduced = reduced(op);
        int[] dims = op.x().shape().toArray();
        Tensor sum = op.x();
        double left = factor;
        int end = dims.length;
        while (end > 0) {
            int begin = end - 1;
            while (begin > 0 && reduced[begin - 1] == reduced[end - 1]) {
                begin--;
            }
            if (reduced[begin]) {
                sum = run(sum, dims, begin, end, left);
                left = 1;
                Arrays.fill(dims, begin, end, 1);
            }
            end = begin;
        }
        return sum.reshape(op.infer().shape().toArray());
    }

    /** Adds up a run of neighbouring axes; those after it are one axis, those before it another. */
    private static Tensor run(Tensor x, int[] dims, int begin, int end, double factor) {
        int outer = product(dims, 0, begin);
        int length = product(dims, begin, end);
        int inner = product(dims, end, dims.length);
        Tensor ones =
                Tensor.constant(NDArray.full(TensorType.float32(Shape.shape(1, length)), factor));
        if (inner == 1) {
            return Tensor.of(new Linear.Matmul(ones, x.reshape(outer, length), false, true));
        }
        return outer == 1
                ? ones.matmul(x.reshape(length, inner))
                : ones.matmul(x.reshape(outer, length, inner));
    }

    private static int product(int[] dims, int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product *= dims[i];
        }
        return product;
    }
}
