package propane.spi.op;

import propane.tensor.Tensor;

/** Functions of angles and their hyperbolic kin; the hyperbolic tangent is an activation. */
public sealed interface Trigonometric extends ElementwiseUnary {
    /** Returns 1 − x² by factors, of which 1 − x is exact near 1. */
    private static Tensor oneLessSquare(Tensor x) {
        return x.neg().add(1).mul(x.add(1));
    }

    /**
     * The sine.
     *
     * @param x the operand
     */
    record Sin(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.sin(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(x.cos()));
        }
    }

    /**
     * The cosine.
     *
     * @param x the operand
     */
    record Cos(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.cos(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(x.sin()).neg());
        }
    }

    /**
     * The tangent.
     *
     * @param x the operand
     */
    record Tan(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.tan(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // y² alone may be beyond float16 where g·y² is not.
                        Tensor g = a.gradient();
                        return g.mul(a.result()).mul(a.result()).add(g);
                    });
        }
    }

    /**
     * The inverse sine, of −1 to 1.
     *
     * @param x the operand
     */
    record Asin(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.asin(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(oneLessSquare(x).rsqrt()));
        }
    }

    /**
     * The inverse cosine, of −1 to 1.
     *
     * @param x the operand
     */
    record Acos(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.acos(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(oneLessSquare(x).rsqrt()).neg());
        }
    }

    /**
     * The inverse tangent.
     *
     * @param x the operand
     */
    record Atan(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.atan(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // By m = max(|x|, 1), as x² may be beyond float16: 1/m² over (1 + x²)/m².
                        Tensor r = Tensor.of(new Inverse(x.abs().maximum(1), 0));
                        Tensor share = r.square().add(x.abs().minimum(1).square());
                        return a.gradient().mul(r).div(share).mul(r);
                    });
        }
    }

    /**
     * The hyperbolic sine.
     *
     * @param x the operand
     */
    record Sinh(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.sinh(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(Tensor.of(new Cosh(x))));
        }
    }

    /**
     * The hyperbolic cosine.
     *
     * @param x the operand
     */
    record Cosh(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return Math.cosh(x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(Tensor.of(new Sinh(x))));
        }
    }

    /**
     * The inverse hyperbolic tangent, between −1 and 1.
     *
     * @param x the operand
     */
    record Atanh(Tensor x) implements Trigonometric {
        @Override
        public double apply(double x) {
            return 0.5 * (Math.log1p(x) - Math.log1p(-x));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().div(oneLessSquare(x)));
        }
    }
}
