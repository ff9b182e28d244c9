package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Ops of one operand, element by element. */
public sealed interface ElementwiseUnary extends Op
        permits Rounding,
                Trigonometric,
                ElementwiseUnary.Exp,
                ElementwiseUnary.Exp2,
                ElementwiseUnary.Log,
                ElementwiseUnary.Sqrt,
                ElementwiseUnary.Rsqrt,
                ElementwiseUnary.Inverse,
                ElementwiseUnary.Erf,
                ElementwiseUnary.Abs,
                ElementwiseUnary.Sign,
                ElementwiseUnary.Square,
                ElementwiseUnary.Cast,
                ElementwiseUnary.LogicalNot {
    /** Returns the operand. */
    Tensor x();

    /** Computes one element. */
    double apply(double x);

    @Override
    default TensorType infer() {
        return OpRule.requireFloat(this, x());
    }

    @Override
    default void evaluate(Evaluation e) {
        double[] in = e.of(x());
        double[] out = e.result();
        for (int i = 0; i < out.length; i++) {
            out[i] = apply(in[i]);
        }
    }

    /**
     * The exponential e<sup>x</sup>.
     *
     * @param x the operand
     */
    record Exp(Tensor x) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return Math.exp(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(a.result()));
        }
    }

    /**
     * The power of two 2<sup>x</sup>.
     *
     * @param x the operand
     */
    record Exp2(Tensor x) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return Math.pow(2, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(Math.log(2)).mul(a.result()));
        }
    }

    /**
     * The natural logarithm ln(x + ε).
     *
     * @param x the operand
     * @param epsilon added to keep away from ln 0
     */
    record Log(Tensor x, float epsilon) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return Math.log(x + epsilon);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().div(epsilon == 0 ? x : x.add(epsilon)));
        }
    }

    /**
     * The square root.
     *
     * @param x the operand
     */
    record Sqrt(Tensor x) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return Math.sqrt(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(0.5).div(a.result()));
        }
    }

    /**
     * The reciprocal square root 1 / √(x + ε).
     *
     * @param x the operand
     * @param epsilon added to keep away from 1 / 0
     */
    record Rsqrt(Tensor x, float epsilon) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return 1 / Math.sqrt(x + epsilon);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // y³ alone is beyond float16 for x below 6e-4; a gradient comes between.
                        Tensor y = a.result();
                        return a.gradient().mul(-0.5).mul(y).mul(y).mul(y);
                    });
        }
    }

    /**
     * The reciprocal 1 / (x + ε).
     *
     * @param x the operand
     * @param epsilon added to keep away from 1 / 0; MIL's own default is 1e-4
     */
    record Inverse(Tensor x, float epsilon) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return 1 / (x + epsilon);
        }

        @Override
        public void vjp(Adjoint a) {
            // As for the root: y² alone may be beyond float16.
            a.accumulate(x, () -> a.gradient().mul(a.result()).mul(a.result()).neg());
        }
    }

    /**
     * The error function 2/√π ∫<sub>0</sub><sup>x</sup> e<sup>−t²</sup> dt.
     *
     * @param x the operand
     */
    record Erf(Tensor x) implements ElementwiseUnary {
        @Override
        public double apply(double x) {
            return SpecialFunctions.erf(x);
        }

        @Override
        public void vjp(Adjoint a) {
            double factor = 2 / Math.sqrt(Math.PI);
            a.accumulate(x, () -> a.gradient().mul(x.square().neg().exp()).mul(factor));
        }
    }

    /**
     * The absolute value; flat at 0.
     *
     * @param x the operand
     */
    record Abs(Tensor x) implements ElementwiseUnary {
        @Override
        public TensorType infer() {
            return OpRule.requireNumber(this, x);
        }

        @Override
        public double apply(double x) {
            return Math.abs(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(x.sign()));
        }
    }

    /**
     * The sign: −1, 0 or 1.
     *
     * @param x the operand
     */
    record Sign(Tensor x) implements ElementwiseUnary {
        @Override
        public TensorType infer() {
            return OpRule.requireNumber(this, x);
        }

        @Override
        public double apply(double x) {
            return Math.signum(x);
        }

        @Override
        public void vjp(Adjoint a) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /**
     * The square x².
     *
     * @param x the operand
     */
    record Square(Tensor x) implements ElementwiseUnary {
        @Override
        public TensorType infer() {
            return OpRule.requireNumber(this, x);
        }

        @Override
        public double apply(double x) {
            return Integers.product(this.x.dtype(), x, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(x).mul(2));
        }
    }

    /**
     * The same values as another element type: floats are cut to integers, all but 0 is true.
     *
     * @param x the operand
     * @param dtype the type of the result's elements
     */
    record Cast(Tensor x, DType dtype) implements ElementwiseUnary {
        @Override
        public TensorType infer() {
            return x.type().with(dtype);
        }

        @Override
        public double apply(double x) {
            return switch (dtype) {
                case FLOAT32, FLOAT16 -> x;
                case INT32 -> (int) x;
                case BOOL -> x == 0 ? 0 : 1;
            };
        }

        @Override
        public void vjp(Adjoint a) {
            if (dtype.isFloat() && x.dtype().isFloat()) {
                a.accumulate(x, () -> a.gradient().cast(x.dtype()));
            }
        }
    }

    /**
     * Logical negation.
     *
     * @param x the operand
     */
    record LogicalNot(Tensor x) implements ElementwiseUnary {
        @Override
        public TensorType infer() {
            if (x.dtype() != DType.BOOL) {
                throw OpRule.dtype(this, "takes truth values only", "compare first, or cast");
            }
            return x.type();
        }

        @Override
        public double apply(double x) {
            return x == 0 ? 1 : 0;
        }

        @Override
        public void vjp(Adjoint a) {
            // Truth values have no gradient.
        }
    }
}
