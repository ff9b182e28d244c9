package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.function.DoublePredicate;

/** Ops of two operands, element by element; shapes broadcast, element types must be equal. */
public sealed interface ElementwiseBinary extends Op {
    /** Returns the left operand. */
    Tensor x();

    /** Returns the right operand. */
    Tensor y();

    /** Computes one element. */
    double apply(double x, double y);

    @Override
    default TensorType infer() {
        DType dtype = OpRule.requireSame(this, x(), y());
        if (dtype == DType.BOOL) {
            throw OpRule.dtype(this, "does not take truth values", "convert with cast(…)");
        }
        return new TensorType(dtype, OpRule.broadcast(this, x().shape(), y().shape()));
    }

    @Override
    default void evaluate(Evaluation e) {
        Shape shape = OpRule.broadcast(this, x().shape(), y().shape());
        var left = new Broadcast(x().shape(), shape);
        var right = new Broadcast(y().shape(), shape);
        double[] a = e.of(x());
        double[] b = e.of(y());
        double[] out = e.result();
        for (int i = 0; i < out.length; i++) {
            out[i] = apply(a[left.index(i)], b[right.index(i)]);
        }
    }

    /** Ops that compare; their results are truth values and no gradient flows through them. */
    sealed interface Comparison extends ElementwiseBinary {
        @Override
        default TensorType infer() {
            return ElementwiseBinary.super.infer().with(DType.BOOL);
        }

        @Override
        default void vjp(Adjoint adjoint) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /** Ops on truth values. */
    sealed interface Logical extends ElementwiseBinary {
        @Override
        default TensorType infer() {
            if (OpRule.requireSame(this, x(), y()) != DType.BOOL) {
                throw OpRule.dtype(this, "takes truth values only", "compare first, or cast");
            }
            return new TensorType(DType.BOOL, OpRule.broadcast(this, x().shape(), y().shape()));
        }

        @Override
        default void vjp(Adjoint adjoint) {
            // Truth values have no gradient.
        }
    }

    /**
     * The sum x + y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Add(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return x + y;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, a::gradient);
            a.accumulate(y, a::gradient);
        }
    }

    /**
     * The difference x − y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Sub(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return x - y;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, a::gradient);
            a.accumulate(y, () -> a.gradient().neg());
        }
    }

    /**
     * The product x · y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Mul(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return Integers.product(this.x.dtype(), x, y);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().mul(y));
            a.accumulate(y, () -> a.gradient().mul(x));
        }
    }

    /**
     * The quotient x / y; of integers, cut towards zero.
     *
     * @param x left operand
     * @param y right operand
     */
    record RealDiv(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return x / y;
        }

        @Override
        public void vjp(Adjoint a) {
            // As large as x's gradient and y's, but nothing larger.
            var share = new Lazy<>(() -> a.gradient().div(y));
            a.accumulate(x, share::value);
            a.accumulate(y, () -> share.value().mul(a.result()).neg());
        }
    }

    /**
     * The quotient rounded down, ⌊x / y⌋.
     *
     * @param x left operand
     * @param y right operand
     */
    record FloorDiv(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return Math.floor(x / y);
        }

        @Override
        public void vjp(Adjoint a) {
            // A step function: its derivative is 0 wherever it has one.
        }
    }

    /**
     * The remainder with the sign of y, x − y·⌊x / y⌋.
     *
     * @param x left operand
     * @param y right operand
     */
    record Mod(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return x - y * Math.floor(x / y);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, a::gradient);
            a.accumulate(y, () -> a.gradient().mul(Tensor.of(new FloorDiv(x, y))).neg());
        }
    }

    /**
     * The power x<sup>y</sup>.
     *
     * @param x base
     * @param y exponent
     */
    record Pow(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return Math.pow(x, y);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> throughBase(a));
            // The powers of 0 are flat in exponents from 0 on; ln 0 would give no number.
            a.accumulate(
                    y,
                    () -> {
                        Tensor flat = x.equal(0).and(y.greaterEqual(0));
                        // A logarithm is never large, a power may be.
                        Tensor slope = a.gradient().mul(Choice.oneOr(flat, x).log());
                        return Choice.zeroOr(flat, slope.mul(a.result()));
                    });
        }

        /** Returns g·y·x<sup>y−1</sup>, and 0 for exponents of 0, whatever the base. */
        private Tensor throughBase(Adjoint a) {
            return eachExponent(each -> each != 0) ? slope(a) : Choice.zeroOr(y.equal(0), slope(a));
        }

        /**
         * Returns g·y·x<sup>y−1</sup>; of exponents below 1 by two factors, as the power of a small
         * base may be beyond float16 where g times it is not.
         */
        private Tensor slope(Adjoint a) {
            Tensor outer = a.gradient().mul(y);
            if (eachExponent(each -> each >= 1)) {
                return outer.mul(x.pow(y.sub(1)));
            }
            Tensor half = y.sub(1).mul(0.5);
            if (eachExponent(each -> each != Math.rint(each))) {
                // Negative numbers have no such power.
                return outer.mul(x.pow(half)).mul(x.pow(half));
            }
            Tensor root = x.abs().pow(half);
            Tensor sign = Choice.orOne(x.less(0), a.result().sign().neg());
            return outer.mul(root).mul(root).mul(sign);
        }

        private boolean eachExponent(DoublePredicate is) {
            return y.op() instanceof Leaf.Const(NDArray exponents)
                    && Arrays.stream(exponents.doubles()).allMatch(is);
        }
    }

    /**
     * The larger of x and y; equal values share the gradient.
     *
     * @param x left operand
     * @param y right operand
     */
    record Maximum(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return Math.max(x, y);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> share(a.gradient(), x.less(y), x.equal(y)));
            a.accumulate(y, () -> share(a.gradient(), x.greater(y), x.equal(y)));
        }
    }

    /**
     * The smaller of x and y; equal values share the gradient.
     *
     * @param x left operand
     * @param y right operand
     */
    record Minimum(Tensor x, Tensor y) implements ElementwiseBinary {
        @Override
        public double apply(double x, double y) {
            return Math.min(x, y);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> share(a.gradient(), x.greater(y), x.equal(y)));
            a.accumulate(y, () -> share(a.gradient(), x.less(y), x.equal(y)));
        }
    }

    /** The share of one operand in a maximum or minimum: all, nothing, or half of it at a tie. */
    private static Tensor share(Tensor gradient, Tensor isOther, Tensor isTie) {
        return Choice.zeroOr(isOther, isTie.where(gradient.mul(0.5), gradient));
    }

    /**
     * Whether x = y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Equal(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x == y ? 1 : 0;
        }
    }

    /**
     * Whether x ≠ y.
     *
     * @param x left operand
     * @param y right operand
     */
    record NotEqual(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x != y ? 1 : 0;
        }
    }

    /**
     * Whether x {@literal >} y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Greater(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x > y ? 1 : 0;
        }
    }

    /**
     * Whether x ≥ y.
     *
     * @param x left operand
     * @param y right operand
     */
    record GreaterEqual(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x >= y ? 1 : 0;
        }
    }

    /**
     * Whether x {@literal <} y.
     *
     * @param x left operand
     * @param y right operand
     */
    record Less(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x < y ? 1 : 0;
        }
    }

    /**
     * Whether x ≤ y.
     *
     * @param x left operand
     * @param y right operand
     */
    record LessEqual(Tensor x, Tensor y) implements Comparison {
        @Override
        public double apply(double x, double y) {
            return x <= y ? 1 : 0;
        }
    }

    /**
     * Whether both are true.
     *
     * @param x left operand
     * @param y right operand
     */
    record LogicalAnd(Tensor x, Tensor y) implements Logical {
        @Override
        public double apply(double x, double y) {
            return x != 0 && y != 0 ? 1 : 0;
        }
    }

    /**
     * Whether one is true.
     *
     * @param x left operand
     * @param y right operand
     */
    record LogicalOr(Tensor x, Tensor y) implements Logical {
        @Override
        public double apply(double x, double y) {
            return x != 0 || y != 0 ? 1 : 0;
        }
    }

    /**
     * Whether just one is true.
     *
     * @param x left operand
     * @param y right operand
     */
    record LogicalXor(Tensor x, Tensor y) implements Logical {
        @Override
        public double apply(double x, double y) {
            return (x != 0) != (y != 0) ? 1 : 0;
        }
    }
}
