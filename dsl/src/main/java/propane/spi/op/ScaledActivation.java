package propane.spi.op;

import propane.tensor.Tensor;

/** Activation functions with numbers of their own, element by element. */
public sealed interface ScaledActivation extends Activation.Pointwise {
    /**
     * The leaky rectifier: x where x ≥ 0, αx elsewhere (Maas et al., 2013); its slope at 0 is α.
     *
     * @param x the operand
     * @param alpha the slope below 0
     */
    record LeakyRelu(Tensor x, float alpha) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return x >= 0 ? x : alpha * x;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> x.greater(0).where(a.gradient(), a.gradient().mul(alpha)));
        }
    }

    /**
     * The exponential linear unit: x where x {@literal >} 0, α(e<sup>x</sup> − 1) elsewhere
     * (Clevert et al., 2015).
     *
     * @param x the operand
     * @param alpha the distance of its lower bound from 0
     */
    record Elu(Tensor x, float alpha) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return x > 0 ? x : alpha * Math.expm1(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor bent = x.minimum(0).exp().mul(alpha);
                        return x.greater(0).where(a.gradient(), a.gradient().mul(bent));
                    });
        }
    }

    /**
     * The bounded leaky rectifier: min(β, x) where x ≥ 0, min(β, αx) elsewhere.
     *
     * @param x the operand
     * @param alpha the slope below 0
     * @param beta the largest result
     */
    record ClampedRelu(Tensor x, float alpha, float beta) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return Math.min(beta, x >= 0 ? x : alpha * x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor g = Choice.zeroOr(a.result().greaterEqual(beta), a.gradient());
                        return x.greater(0).where(g, g.mul(alpha));
                    });
        }
    }

    /**
     * x where x ≥ α, 0 elsewhere (Konda et al., 2014).
     *
     * @param x the operand
     * @param alpha the threshold
     */
    record ThresholdedRelu(Tensor x, float alpha) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return x >= alpha ? x : 0;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Choice.zeroOr(x.less(alpha), a.gradient()));
        }
    }

    /**
     * The straight line αx + β.
     *
     * @param x the operand
     * @param alpha the slope
     * @param beta the value at 0
     */
    record LinearActivation(Tensor x, float alpha, float beta) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return alpha * x + beta;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(alpha));
        }
    }

    /**
     * The scaled hyperbolic tangent α · tanh(βx).
     *
     * @param x the operand
     * @param alpha the largest result
     * @param beta the factor of x
     */
    record ScaledTanh(Tensor x, float alpha, float beta) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return alpha * Math.tanh(beta * x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor slope = x.mul(beta).tanh().square().neg().add(1);
                        return a.gradient().mul(slope.mul((double) alpha * beta));
                    });
        }
    }

    /**
     * The piecewise linear sigmoid min(max(αx + β, 0), 1).
     *
     * @param x the operand
     * @param alpha the slope in the middle
     * @param beta the value at 0
     */
    record SigmoidHard(Tensor x, float alpha, float beta) implements ScaledActivation {
        @Override
        public double apply(double x) {
            return Math.min(Math.max(alpha * x + beta, 0), 1);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor slope = a.gradient().mul(alpha);
                        Tensor below = Choice.zeroOr(a.result().greaterEqual(1), slope);
                        return Choice.zeroOr(a.result().lessEqual(0), below);
                    });
        }
    }
}
