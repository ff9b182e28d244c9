package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Ops that reduce axes to one value. */
public sealed interface Reduction extends Op
        permits Reduction.Fold, NormReduction, ProductReduction, IndexReduction {
    /** Returns the operand. */
    Tensor x();

    /** Returns the axes to reduce; negative ones count from the end. */
    List<Integer> axes();

    /** Returns whether reduced axes stay with length 1. */
    boolean keepDims();

    @Override
    default TensorType infer() {
        OpRule.requireNumber(this, x());
        var reduced = OpRule.axes(this, x().shape(), axes());
        return x().type().with(keepDims() ? kept() : x().shape().without(reduced));
    }

    /** Returns the shape of the result with the reduced axes kept at length 1. */
    default Shape kept() {
        Shape shape = x().shape();
        for (int axis : axes()) {
            shape = shape.with(axis, 1);
        }
        return shape;
    }

    /** Returns a tensor of the result's shape with the reduced axes put back at length 1. */
    default Tensor spread(Tensor reduced) {
        return keepDims() ? reduced : reduced.reshape(kept().toArray());
    }

    /** Reductions that take one element after the other. */
    sealed interface Fold extends Reduction
            permits Reduction.ReduceSum,
                    Reduction.ReduceMean,
                    Reduction.ReduceMax,
                    Reduction.ReduceMin,
                    NormReduction.ReduceL1Norm,
                    NormReduction.ReduceL2Norm,
                    NormReduction.ReduceSumSquare,
                    NormReduction.ReduceLogSum,
                    ProductReduction.ReduceProd {
        /** Returns what the reduction of nothing is. */
        double start();

        /** Takes one element into the reduction. */
        double next(double reduced, double element);

        /** Completes the reduction of some number of elements. */
        default double end(double reduced, int count) {
            return reduced;
        }

        @Override
        default void evaluate(Evaluation e) {
            var place = new Broadcast(kept(), x().shape());
            double[] in = e.of(x());
            double[] out = e.result();
            Arrays.fill(out, start());
            for (int i = 0; i < in.length; i++) {
                int at = place.index(i);
                out[at] = next(out[at], in[i]);
            }
            int count = out.length == 0 ? 0 : in.length / out.length;
            for (int i = 0; i < out.length; i++) {
                out[i] = end(out[i], count);
            }
        }
    }

    /** Requires that there is something to reduce: no elements have no mean and no largest one. */
    static void requireElements(Reduction op) {
        if (op.axes().stream().anyMatch(axis -> op.x().dim(axis) == 0)) {
            throw OpRule.shape(
                    op,
                    "axes " + op.axes() + " of " + op.x().shape() + " hold no elements",
                    "reduce axes that are not empty");
        }
    }

    /**
     * The sum. One of float16 is rounded at every element ({@link HalfPrecision}).
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceSum(Tensor x, List<Integer> axes, boolean keepDims) implements Fold {
        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            boolean half = x.dtype() == DType.FLOAT16;
            return half ? HalfPrecision.rounded((float) (sum + element)) : sum + element;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> spread(a.gradient()).broadcastTo(x.shape()));
        }
    }

    /**
     * The arithmetic mean.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceMean(Tensor x, List<Integer> axes, boolean keepDims) implements Fold {
        @Override
        public TensorType infer() {
            TensorType type = Fold.super.infer();
            requireElements(this);
            return type;
        }

        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            return sum + element;
        }

        @Override
        public double end(double sum, int count) {
            return sum / count;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        double share = (double) kept().size() / Math.max(1, x.shape().size());
                        return spread(a.gradient().mul(share)).broadcastTo(x.shape());
                    });
        }
    }

    /**
     * The largest element; equal ones share the gradient.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceMax(Tensor x, List<Integer> axes, boolean keepDims) implements Fold {
        @Override
        public TensorType infer() {
            TensorType type = Fold.super.infer();
            requireElements(this);
            return type;
        }

        @Override
        public double start() {
            return Double.NEGATIVE_INFINITY;
        }

        @Override
        public double next(double max, double element) {
            return Math.max(max, element);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> toExtremes(this, a));
        }
    }

    /**
     * The smallest element; equal ones share the gradient.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceMin(Tensor x, List<Integer> axes, boolean keepDims) implements Fold {
        @Override
        public TensorType infer() {
            TensorType type = Fold.super.infer();
            requireElements(this);
            return type;
        }

        @Override
        public double start() {
            return Double.POSITIVE_INFINITY;
        }

        @Override
        public double next(double min, double element) {
            return Math.min(min, element);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> toExtremes(this, a));
        }
    }

    private static Tensor toExtremes(Reduction op, Adjoint a) {
        Tensor x = op.x();
        Tensor hits = x.equal(op.spread(a.result()));
        Tensor count = Tensor.of(new ReduceSum(hits.cast(x.dtype()), op.axes(), true));
        return Choice.orZero(hits, op.spread(a.gradient()).div(count));
    }
}
