package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Reductions to the index of an element; no gradient flows through them. */
public sealed interface IndexReduction extends Reduction {
    /** Returns the axis to reduce; negative counts from the end. */
    int axis();

    /** Returns whether an element is to be chosen before another. */
    boolean isBetter(double element, double than);

    @Override
    default List<Integer> axes() {
        return List.of(axis());
    }

    @Override
    default TensorType infer() {
        TensorType type = Reduction.super.infer().with(DType.INT32);
        Reduction.requireElements(this);
        return type;
    }

    @Override
    default void vjp(Adjoint adjoint) {
        // An index does not change when elements change a little.
    }

    @Override
    default void evaluate(Evaluation e) {
        int stride = x().shape().strides()[x().shape().axis(axis())];
        int length = x().dim(axis());
        var place = new Broadcast(kept(), x().shape());
        double[] in = e.of(x());
        double[] out = e.result();
        double[] best = new double[out.length];
        Arrays.fill(out, -1);
        for (int i = 0; i < in.length; i++) {
            int at = place.index(i);
            if (out[at] < 0 || isBetter(in[i], best[at])) {
                best[at] = in[i];
                out[at] = i / stride % length;
            }
        }
    }

    /**
     * The index of the largest element along an axis, as int32; the first one of equals.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     * @param keepDims whether the axis stays with length 1
     */
    record ReduceArgmax(Tensor x, int axis, boolean keepDims) implements IndexReduction {
        @Override
        public boolean isBetter(double element, double than) {
            return element > than;
        }
    }

    /**
     * The index of the smallest element along an axis, as int32; the first one of equals.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     * @param keepDims whether the axis stays with length 1
     */
    record ReduceArgmin(Tensor x, int axis, boolean keepDims) implements IndexReduction {
        @Override
        public boolean isBetter(double element, double than) {
            return element < than;
        }
    }
}
