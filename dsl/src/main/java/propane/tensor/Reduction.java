package propane.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that reduce axes to one value. */
public sealed interface Reduction extends Op {
    /** Returns the operand. */
    Tensor x();

    /** Returns the axes to reduce; negative ones count from the end. */
    List<Integer> axes();

    /** Returns whether reduced axes stay with length 1. */
    boolean keepDims();

    /** Returns what the reduction of nothing is. */
    double start();

    /** Takes one element into the reduction. */
    double next(double reduced, double element);

    /** Completes the reduction of some number of elements. */
    default double end(double reduced, int count) {
        return reduced;
    }

    @Override
    default TensorType infer() {
        if (x().dtype() == DType.BOOL) {
            throw OpRule.dtype(this, "does not take truth values", "convert with cast(…)");
        }
        var reduced = OpRule.axes(this, x().shape(), axes());
        var dims = new ArrayList<Integer>();
        for (int axis = 0; axis < x().rank(); axis++) {
            if (!reduced.contains(axis)) {
                dims.add(x().dim(axis));
            } else if (keepDims()) {
                dims.add(1);
            }
        }
        return x().type().with(new Shape(dims));
    }

    @Override
    default void evaluate(Evaluation e) {
        var kept = kept();
        var place = new Broadcast(kept, x().shape());
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

    /** Returns the shape of the result with the reduced axes kept at length 1. */
    default Shape kept() {
        Shape shape = x().shape();
        for (int axis : axes()) {
            shape = shape.with(axis, 1);
        }
        return shape;
    }

    /** Returns a tensor of the result's shape with the reduced axes put back. */
    private static Tensor spread(Reduction op, Tensor reduced) {
        return op.keepDims() ? reduced : reduced.reshape(op.kept().toArray());
    }

    /**
     * The sum.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceSum(Tensor x, List<Integer> axes, boolean keepDims) implements Reduction {
        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            return sum + element;
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(x, () -> spread(this, a.gradient()).broadcastTo(x.shape()));
        }
    }

    /**
     * The arithmetic mean.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceMean(Tensor x, List<Integer> axes, boolean keepDims) implements Reduction {
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
            a.to(
                    x,
                    () -> {
                        double share = (double) kept().size() / Math.max(1, x.shape().size());
                        return spread(this, a.gradient().mul(share)).broadcastTo(x.shape());
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
    record ReduceMax(Tensor x, List<Integer> axes, boolean keepDims) implements Reduction {
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
            a.to(x, () -> toExtremes(this, a));
        }
    }

    /**
     * The smallest element; equal ones share the gradient.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceMin(Tensor x, List<Integer> axes, boolean keepDims) implements Reduction {
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
            a.to(x, () -> toExtremes(this, a));
        }
    }

    private static Tensor toExtremes(Reduction op, Adjoint a) {
        Tensor x = op.x();
        Tensor hits =
                Tensor.of(
                                new ElementwiseBinary.Equal(
                                        x, spread(op, a.result()).broadcastTo(x.shape())))
                        .cast(x.dtype());
        Tensor count = Tensor.of(new ReduceSum(hits, op.axes(), true));
        return hits.mul(spread(op, a.gradient()).div(count));
    }
}
