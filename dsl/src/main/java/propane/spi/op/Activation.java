package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Activation functions, element by element, and softmax. */
public sealed interface Activation extends Op
        permits Activation.Pointwise, Activation.Softmax, Activation.LogSoftmax, ChannelActivation {
    /** Returns the operand. */
    Tensor x();

    @Override
    default TensorType infer() {
        return OpRule.requireFloat(this, x());
    }

    /** Activations that look at one element at a time. */
    sealed interface Pointwise extends Activation
            permits ScaledActivation,
                    Activation.Relu,
                    Activation.Relu6,
                    Activation.Tanh,
                    Activation.Sigmoid,
                    Activation.Silu,
                    Activation.Softplus,
                    Activation.Softsign,
                    Activation.Mish,
                    Activation.HardSwish,
                    Activation.Gelu {
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
            a.accumulate(x, () -> Choice.zeroOr(x.lessEqual(0), a.gradient()));
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
            a.accumulate(x, () -> a.gradient().mul(a.result().mul(a.result()).neg().add(1)));
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
            return SpecialFunctions.sigmoid(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(a.result()).mul(a.result().neg().add(1)));
        }
    }

    /**
     * The rectifier that ends at 6, min(max(x, 0), 6) (Howard et al., 2017).
     *
     * @param x the operand
     */
    record Relu6(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return Math.min(Math.max(x, 0), 6);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor below = Choice.zeroOr(x.greaterEqual(6), a.gradient());
                        return Choice.zeroOr(x.lessEqual(0), below);
                    });
        }
    }

    /**
     * The sigmoid linear unit x · σ(x) (Hendrycks, Gimpel, 2016; Ramachandran et al.: swish, 2017).
     *
     * @param x the operand
     */
    record Silu(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return x * SpecialFunctions.sigmoid(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor s = x.sigmoid();
                        // 1 − s is 0 where x is infinite.
                        Tensor bend = x.clip(-Gelu.FARTHEST, Gelu.FARTHEST).mul(s.neg().add(1));
                        return a.gradient().mul(s).mul(bend.add(1));
                    });
        }
    }

    /**
     * The soft rectifier ln(1 + e<sup>x</sup>), without overflow (Dugas et al., 2001).
     *
     * @param x the operand
     */
    record Softplus(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return SpecialFunctions.softplus(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(x.sigmoid()));
        }
    }

    /**
     * The soft sign x / (1 + |x|) (Bergstra et al., 2009).
     *
     * @param x the operand
     */
    record Softsign(Tensor x) implements Pointwise {
        @Override
        public double apply(double x) {
            return x / (1 + Math.abs(x));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // The square of a divisor may be beyond float16.
                        Tensor divisor = x.abs().add(1);
                        return a.gradient().div(divisor).div(divisor);
                    });
        }
    }

    /**
     * The soft rectifier's gate x · tanh(ln(1 + e<sup>x</sup>)) (Misra, 2019).
     *
     * @param x the operand
     */
    record Mish(Tensor x) implements Pointwise, DecomposedForMil {
        @Override
        public double apply(double x) {
            return x * Math.tanh(SpecialFunctions.softplus(x));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor t = x.softplus().tanh();
                        // Both factors of it are 0 where x is infinite.
                        Tensor far = x.clip(-Gelu.FARTHEST, Gelu.FARTHEST).mul(x.sigmoid());
                        return a.gradient().mul(t.add(t.square().neg().add(1).mul(far)));
                    });
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(x.mul(x.softplus().tanh()));
        }
    }

    /**
     * The sigmoid linear unit of straight lines, x · min(max(x + 3, 0), 6) / 6 (Howard et al.:
     * MobileNetV3, 2019); flat up to −3, where its slope is told from below.
     *
     * @param x the operand
     */
    record HardSwish(Tensor x) implements Pointwise, DecomposedForMil {
        private static final double END = 3;

        @Override
        public double apply(double x) {
            return x * Math.min(Math.max(x + END, 0), 2 * END) / (2 * END);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor g = a.gradient();
                        Tensor between = g.mul(x.mul(1 / END).add(0.5));
                        Tensor rising = x.greaterEqual(END).where(g, between);
                        return Choice.zeroOr(x.lessEqual(-END), rising);
                    });
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(x.mul(x.add(END).relu6()).mul(1 / (2 * END)));
        }
    }

    /**
     * The Gaussian error linear unit x · Φ(x), or an approximation of it (Hendrycks, Gimpel, 2016).
     *
     * @param x the operand
     * @param mode exact, or which approximation
     */
    record Gelu(Tensor x, GeluMode mode) implements Pointwise {
        private static final double ROOT = Math.sqrt(2 / Math.PI);
        private static final double CUBIC = 0.044715;
        private static final double STEEPNESS = 1.702;
        private static final double FAR = 14;

        /** From here on a sigmoid is 0 or 1 to the last bit. */
        private static final double FARTHEST = 1000;

        @Override
        public double apply(double x) {
            return switch (mode) {
                case EXACT -> 0.5 * x * (1 + SpecialFunctions.erf(x / Math.sqrt(2)));
                case TANH_APPROXIMATION ->
                        0.5 * x * (1 + Math.tanh(ROOT * (x + CUBIC * x * x * x)));
                case SIGMOID_APPROXIMATION -> x * SpecialFunctions.sigmoid(STEEPNESS * x);
            };
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(slope()));
        }

        private Tensor slope() {
            // Beyond it the slope is 0 or 1, and x² may be beyond float16.
            Tensor near = x.clip(-FAR, FAR);
            return switch (mode) {
                case EXACT -> {
                    Tensor share = x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5);
                    Tensor density = near.square().mul(-0.5).exp().mul(0.5 * ROOT);
                    yield share.add(near.mul(density));
                }
                case TANH_APPROXIMATION -> {
                    Tensor square = near.square();
                    Tensor t = square.mul(CUBIC).add(1).mul(near).mul(ROOT).tanh();
                    Tensor inner = square.mul(3 * CUBIC).add(1).mul(0.5 * ROOT);
                    Tensor bend = t.square().neg().add(1).mul(near).mul(inner);
                    yield t.add(1).mul(0.5).add(bend);
                }
                case SIGMOID_APPROXIMATION -> {
                    Tensor s = x.mul(STEEPNESS).sigmoid();
                    Tensor far = x.mul(STEEPNESS).clip(-FARTHEST, FARTHEST);
                    yield s.mul(far.mul(s.neg().add(1)).add(1));
                }
            };
        }
    }

    /** How the Gaussian error linear unit is computed. */
    enum GeluMode implements MilEnum {
        /** x/2 · (1 + erf(x/√2)). */
        EXACT,
        /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). */
        TANH_APPROXIMATION,
        /** x · σ(1.702 x). */
        SIGMOID_APPROXIMATION;

        @Override
        public String mil() {
            return name();
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
            OpRule.axis(this, x.shape(), axis);
            return Activation.super.infer();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor weighted = a.gradient().mul(a.result());
                        Tensor sum = weighted.sum(axis, true);
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

    /**
     * The logarithm of {@link Softmax}, computed without overflow.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     */
    record LogSoftmax(Tensor x, int axis) implements Activation, DecomposedForMil {
        @Override
        public TensorType infer() {
            OpRule.axis(this, x.shape(), axis);
            return Activation.super.infer();
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            int stride = x.shape().strides()[x.shape().axis(axis)];
            int length = x.shape().dim(axis);
            double[] row = new double[length];
            for (int i = 0; i < in.length; i++) {
                if (i / stride % length != 0) {
                    continue;
                }
                for (int k = 0; k < length; k++) {
                    row[k] = in[i + k * stride];
                }
                double logSum = SoftmaxLoss.logSum(row, 0, length);
                for (int k = 0; k < length; k++) {
                    out[i + k * stride] = row[k] - logSum;
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            if (x.shape().size() == 0) {
                return List.of(x);
            }
            Tensor shifted = x.sub(x.max(axis, true).stopGradient());
            return List.of(shifted.sub(shifted.exp().sum(axis, true).log()));
        }
    }
}
