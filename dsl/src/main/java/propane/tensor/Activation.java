package propane.tensor;

/** Activation functions, element by element, and softmax. */
public sealed interface Activation extends Op {
    /** Returns the operand. */
    Tensor x();

    @Override
    default TensorType infer() {
        return OpRule.requireFloat(this, x());
    }

    /** Activations that look at one element at a time. */
    sealed interface Pointwise extends Activation {
        /** Computes one element. */
        double apply(double x);

        @Override
        default void evaluate(Evaluation e) {
            double[] in = e.of(x());
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                out[i] = apply(in[i]);
            }
        }
    }

    /**
     * The rectifier max(0, x); flat at 0.
     *
     * @param x the operand
     */
    record Relu(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return Math.max(0, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(x, () -> a.gradient().mul(x.greater(0).cast(x.dtype())));
        }
    }

    /**
     * The hyperbolic tangent.
     *
     * @param x the operand
     */
    record Tanh(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return Math.tanh(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(x, () -> a.gradient().mul(a.result().mul(a.result()).neg().add(1)));
        }
    }

    /**
     * The logistic function 1 / (1 + e<sup>−x</sup>).
     *
     * @param x the operand
     */
    record Sigmoid(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(x, () -> a.gradient().mul(a.result()).mul(a.result().neg().add(1)));
        }
    }

    /**
     * Exponentials divided by their sum along an axis.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     */
    record Softmax(Tensor x, int axis) implements Activation {
        @Override
        public TensorType infer() {
            OpRule.axes(this, x.shape(), java.util.List.of(axis));
            return Activation.super.infer();
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(
                    x,
                    () -> {
                        Tensor weighted = a.gradient().mul(a.result());
                        Tensor sum = weighted.sumKeeping(axis);
                        return weighted.sub(a.result().mul(sum));
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            int stride = x.shape().strides()[x.shape().axis(axis)];
            int length = x.shape().dim(axis);
            for (int i = 0; i < in.length; i++) {
                if (i / stride % length != 0) {
                    continue;
                }
                double max = Double.NEGATIVE_INFINITY;
                for (int k = 0; k < length; k++) {
                    max = Math.max(max, in[i + k * stride]);
                }
                double sum = 0;
                for (int k = 0; k < length; k++) {
                    out[i + k * stride] = Math.exp(in[i + k * stride] - max);
                    sum += out[i + k * stride];
                }
                for (int k = 0; k < length; k++) {
                    out[i + k * stride] /= sum;
                }
            }
        }
    }
}
