package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Ops that bring elements to whole numbers or into a range. */
public sealed interface Rounding extends ElementwiseUnary {
    /**
     * The largest whole number not above x.
     *
     * @param x the operand
     */
    record Floor(Tensor x) implements Rounding {
        @Override
        public double apply(double x) {
            return Math.floor(x);
        }

        @Override
        public void vjp(Adjoint a) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /**
     * The smallest whole number not below x.
     *
     * @param x the operand
     */
    record Ceil(Tensor x) implements Rounding {
        @Override
        public double apply(double x) {
            return Math.ceil(x);
        }

        @Override
        public void vjp(Adjoint a) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /**
     * The nearest whole number; of two as near, the even one.
     *
     * @param x the operand
     */
    record Round(Tensor x) implements Rounding {
        @Override
        public double apply(double x) {
            return Math.rint(x);
        }

        @Override
        public void vjp(Adjoint a) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /**
     * Elements brought into a range, min(max(x, α), β). Gradients flow within, at both ends too.
     *
     * @param x the operand
     * @param alpha the least result
     * @param beta the largest result
     */
    record Clip(Tensor x, float alpha, float beta) implements Rounding {
        @Override
        public double apply(double x) {
            return Math.min(Math.max(x, alpha), beta);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor below = Choice.orZero(x.lessEqual(beta), a.gradient());
                        return Choice.orZero(x.greaterEqual(alpha), below);
                    });
        }
    }

    /**
     * Elements no smaller than a number, max(x, α); flat at α.
     *
     * @param x the operand
     * @param alpha the least result
     */
    record Threshold(Tensor x, float alpha) implements Rounding {
        @Override
        public TensorType infer() {
            return OpRule.requireNumber(this, x);
        }

        @Override
        public double apply(double x) {
            return Math.max(x, alpha);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Choice.orZero(x.greaterEqual(alpha), a.gradient()));
        }
    }
}
