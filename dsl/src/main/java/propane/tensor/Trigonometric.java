package propane.tensor;

/** Functions of angles and their hyperbolic kin; the hyperbolic tangent is an activation. */
public sealed interface Trigonometric extends ElementwiseUnary {
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
            a.to(x, () -> a.gradient().mul(x.cos()));
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
            a.to(x, () -> a.gradient().mul(x.sin()).neg());
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
            a.to(x, () -> a.gradient().mul(a.result().square().add(1)));
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
            a.to(x, () -> a.gradient().mul(x.square().neg().add(1).rsqrt()));
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
            a.to(x, () -> a.gradient().mul(x.square().neg().add(1).rsqrt()).neg());
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
            a.to(x, () -> a.gradient().div(x.square().add(1)));
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
            a.to(x, () -> a.gradient().mul(Tensor.of(new Cosh(x))));
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
            a.to(x, () -> a.gradient().mul(Tensor.of(new Sinh(x))));
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
            a.to(x, () -> a.gradient().div(x.square().neg().add(1)));
        }
    }
}
