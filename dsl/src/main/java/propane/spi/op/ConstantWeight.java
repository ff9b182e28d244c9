package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Products whose weights MIL takes as constants only: layers that are not trained. */
public sealed interface ConstantWeight extends propane.spi.op.Linear {
    /**
     * The affine map x · Wᵀ + b over the last axis.
     *
     * @param x [..., in]
     * @param weight [out, in]
     * @param bias [out]
     */
    record Linear(Tensor x, Tensor weight, Tensor bias) implements ConstantWeight {
        @Override
        public TensorType infer() {
            OpRule.requireSame(this, x, weight);
            OpRule.requireSame(this, x, bias);
            OpRule.requireFloat(this, x);
            if (x.rank() < 1
                    || weight.rank() != 2
                    || weight.dim(1) != x.dim(-1)
                    || !bias.shape().equals(Shape.shape(weight.dim(0)))) {
                throw OpRule.shape(
                        this,
                        x.shape()
                                + ", weight "
                                + weight.shape()
                                + " and bias "
                                + bias.shape()
                                + " do not fit",
                        "give [..., in], [out, in] and [out]");
            }
            return x.type().with(x.shape().with(-1, weight.dim(0)));
        }

        @Override
        public void vjp(Adjoint a) {
            Tensor g = a.gradient();
            Tensor rows = g.reshape(rows(), weight.dim(0));
            a.accumulate(x, () -> rows.matmul(weight).reshape(x.shape().toArray()));
            a.accumulate(
                    weight,
                    () -> {
                        Tensor flat = x.reshape(rows(), weight.dim(1));
                        return Tensor.of(new Matmul(rows, flat, true, false));
                    });
            a.accumulate(bias, () -> rows.sum(0));
        }

        private int rows() {
            int rows = 1;
            for (int axis = 0; axis < x.rank() - 1; axis++) {
                rows *= x.dim(axis);
            }
            return rows;
        }

        @Override
        public void evaluate(Evaluation e) {
            int in = weight.dim(1);
            int length = weight.dim(0);
            double[] from = e.of(x);
            double[] weights = e.of(weight);
            double[] offsets = e.of(bias);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                double sum = offsets[i % length];
                for (int k = 0; k < in; k++) {
                    sum += from[i / length * in + k] * weights[i % length * in + k];
                }
                out[i] = sum;
            }
        }
    }
}
