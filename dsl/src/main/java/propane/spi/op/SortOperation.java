package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Ops that order the elements along an axis; of equal ones the first comes first. */
public sealed interface SortOperation extends TensorOperation {
    /** Returns the operand. */
    Tensor x();

    /** Returns the axis; negative counts from the end. */
    int axis();

    /** Returns whether the smallest comes first. */
    boolean ascending();

    /** Takes the indices of a row in their order. */
    interface Row {
        /** Takes one row: where its first element lies, and the order of its elements. */
        void of(int first, int stride, int[] order);
    }

    /** Orders each row along the axis. */
    private static void eachRow(SortOperation op, double[] in, Row row) {
        Shape shape = op.x().shape();
        int stride = shape.strides()[shape.axis(op.axis())];
        int length = shape.dim(op.axis());
        for (int i = 0; i < in.length; i++) {
            if (i / stride % length != 0) {
                continue;
            }
            int first = i;
            Comparator<Integer> order = Comparator.comparingDouble(k -> in[first + k * stride]);
            row.of(
                    first,
                    stride,
                    IntStream.range(0, length)
                            .boxed()
                            .sorted(op.ascending() ? order : order.reversed())
                            .mapToInt(Integer::intValue)
                            .toArray());
        }
    }

    /**
     * The indices of the elements along an axis in their order, int32.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     * @param ascending whether the smallest comes first
     */
    record Argsort(Tensor x, int axis, boolean ascending) implements SortOperation {
        @Override
        public TensorType infer() {
            OpRule.axis(this, x.shape(), axis);
            return OpRule.requireNumber(this, x).with(DType.INT32);
        }

        @Override
        public void vjp(Adjoint a) {
            // An order does not change when elements change a little.
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] out = e.result();
            eachRow(
                    this,
                    e.of(x),
                    (first, stride, order) -> {
                        for (int k = 0; k < order.length; k++) {
                            out[first + k * stride] = order[k];
                        }
                    });
        }
    }

    /**
     * The largest elements along an axis, or the smallest, in their order, and their indices.
     *
     * @param x the operand
     * @param k how many
     * @param axis the axis; negative counts from the end
     * @param ascending whether the smallest are wanted
     * @param sort whether they must be in order; here they always are
     * @param returnIndices whether there is a second result, the indices, int32
     */
    record Topk(Tensor x, int k, int axis, boolean ascending, boolean sort, boolean returnIndices)
            implements SortOperation {
        @Override
        public TensorType infer() {
            return inferAll().getFirst();
        }

        @Override
        public List<TensorType> inferAll() {
            OpRule.requireNumber(this, x);
            int at = OpRule.axis(this, x.shape(), axis);
            if (k < 0 || k > x.dim(at)) {
                throw OpRule.shape(
                        this,
                        "there are no " + k + " elements along axis " + at + " of " + x.shape(),
                        "ask for no more than " + x.dim(at));
            }
            TensorType values = x.type().with(x.shape().with(at, k));
            return returnIndices ? List.of(values, values.with(DType.INT32)) : List.of(values);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor indices =
                                returnIndices
                                        ? a.result(1)
                                        : Operation.of(new Topk(x, k, axis, ascending, true, true))
                                                .result(1);
                        return Tensor.of(
                                new Scattering.ScatterAlongAxis(
                                        Tensor.zeros(x.type()),
                                        indices,
                                        a.gradient(0),
                                        axis,
                                        ScatterMode.ADD,
                                        false));
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            int stride = x.shape().strides()[x.shape().axis(axis)];
            int row = x.dim(axis) * stride;
            double[] in = e.of(x);
            eachRow(
                    this,
                    in,
                    (first, _, order) -> {
                        int to = first / row * k * stride + first % stride;
                        for (int i = 0; i < k; i++) {
                            e.result(0)[to + i * stride] = in[first + order[i] * stride];
                            if (returnIndices) {
                                e.result(1)[to + i * stride] = order[i];
                            }
                        }
                    });
        }
    }
}
