package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Ops whose elements depend on where they stand among their neighbours. */
public sealed interface CumulativeOperation extends TensorOperation {
    /**
     * Sums of all elements so far along an axis.
     *
     * @param x the operand
     * @param axis the axis; MIL takes −1 for the last and none else below 0
     * @param exclusive whether an element itself does not count
     * @param reverse whether the sums run from the end
     */
    record Cumsum(Tensor x, int axis, boolean exclusive, boolean reverse)
            implements CumulativeOperation {
        @Override
        public TensorType infer() {
            OpRule.axis(this, x.shape(), axis);
            return OpRule.requireNumber(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new Cumsum(a.gradient(), axis, exclusive, !reverse)));
        }

        @Override
        public void evaluate(Evaluation e) {
            int stride = x.shape().strides()[x.shape().axis(axis)];
            int length = x.dim(axis);
            double[] in = e.of(x);
            double[] out = e.result();
            for (int i = 0; i < in.length; i++) {
                if (i / stride % length != 0) {
                    continue;
                }
                double sum = 0;
                for (int k = 0; k < length; k++) {
                    int at = i + (reverse ? length - 1 - k : k) * stride;
                    out[at] = exclusive ? sum : sum + in[at];
                    sum += in[at];
                }
            }
        }
    }

    /**
     * Matrices with zeros outside a band around the diagonal, over the last two axes.
     *
     * @param x the operand
     * @param lower how many diagonals below the main one stay; all if negative
     * @param upper how many above it
     */
    record BandPart(Tensor x, int lower, int upper) implements CumulativeOperation {
        @Override
        public TensorType infer() {
            if (x.rank() < 2) {
                throw OpRule.shape(this, "needs matrices, got " + x.shape(), "reshape to a matrix");
            }
            return x.type();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new BandPart(a.gradient(), lower, upper)));
        }

        @Override
        public void evaluate(Evaluation e) {
            int columns = x.dim(-1);
            int rows = x.dim(-2);
            double[] in = e.of(x);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int below = i / columns % rows - i % columns;
                boolean stays = (lower < 0 || below <= lower) && (upper < 0 || -below <= upper);
                out[i] = stays ? in[i] : 0;
            }
        }
    }
}
