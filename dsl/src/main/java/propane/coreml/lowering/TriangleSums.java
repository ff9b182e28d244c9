package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.CumulativeOperation;
import propane.spi.op.Operation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Adds up along an axis by a product with a triangle of ones, which adds in 32 bits: nobody has
 * shown a {@code cumsum} on the Neural Engine. Long axes go in blocks, so that no triangle has more
 * than {@link #LONGEST} rows; those longer than its square are left as they are.
 */
record TriangleSums() implements Pass {
    /** The most rows of a triangle: half a megabyte of float16. */
    static final int LONGEST = 512;

    @Override
    public String name() {
        return "cumulative sums as products with triangles";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(TriangleSums::multiplied);
    }

    private static List<Tensor> multiplied(Operation operation) {
        return operation.op() instanceof CumulativeOperation.Cumsum sum && isMultiplied(sum)
                ? List.of(product(sum))
                : operation.results();
    }

    private static boolean isMultiplied(CumulativeOperation.Cumsum sum) {
        return sum.x().dtype() == DType.FLOAT32
                && sum.x().shape().size() > 0
                && sum.x().dim(sum.axis()) <= LONGEST * LONGEST;
    }

    private static Tensor product(CumulativeOperation.Cumsum sum) {
        int[] dims = sum.x().shape().toArray();
        int axis = sum.x().shape().axis(sum.axis());
        int length = dims[axis];
        int inner = sum.x().shape().strides()[axis];
        int outer = sum.x().shape().size() / (length * inner);
        Tensor columns = sum.x().reshape(outer, length, inner);
        Tensor sums =
                length <= LONGEST
                        ? triangle(length, sum.exclusive(), sum.reverse()).matmul(columns)
                        : blocks(columns, sum.exclusive(), sum.reverse());
        return sums.reshape(dims);
    }

    /** Returns sums within blocks, to each of which the sum of those before it is added. */
    private static Tensor blocks(Tensor columns, boolean exclusive, boolean reverse) {
        int outer = columns.dim(0);
        int length = columns.dim(1);
        int inner = columns.dim(2);
        int count = (length + LONGEST - 1) / LONGEST;
        int missing = count * LONGEST - length;
        Tensor padded =
                missing == 0
                        ? columns
                        : Tensor.concat(
                                1, List.of(columns, zeros(columns.shape().with(1, missing))));
        Tensor blocks = padded.reshape(outer * count, LONGEST, inner);
        Tensor within = triangle(LONGEST, exclusive, reverse).matmul(blocks);
        Tensor totals = ones(LONGEST).matmul(blocks).reshape(outer, count, inner);
        Tensor before = triangle(count, true, reverse).matmul(totals);
        Tensor sums = within.add(before.reshape(outer * count, 1, inner));
        return sums.reshape(outer, count * LONGEST, inner)
                .slice(new int[] {0, 0, 0}, new int[] {outer, length, inner});
    }

    private static Tensor zeros(Shape shape) {
        return Tensor.zeros(TensorType.float32(shape));
    }

    private static Tensor ones(int length) {
        return Tensor.constant(NDArray.full(TensorType.float32(Shape.shape(1, length)), 1));
    }

    /** Returns [length, length], in each row ones where an element counts. */
    private static Tensor triangle(int length, boolean exclusive, boolean reverse) {
        float[] elements = new float[length * length];
        for (int row = 0; row < length; row++) {
            for (int column = 0; column < length; column++) {
                int before = reverse ? column - row : row - column;
                elements[row * length + column] = before > 0 || before == 0 && !exclusive ? 1 : 0;
            }
        }
        return Tensor.constant(NDArray.of(elements, length, length));
    }
}
