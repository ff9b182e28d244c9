package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Reductions to norms and to logarithms of sums. */
public sealed interface NormReduction extends Reduction, Decomposable {
    /** Returns the sum of something over the same axes. */
    private static Tensor sum(NormReduction op, Tensor of) {
        return Tensor.of(new ReduceSum(of, op.axes(), op.keepDims()));
    }

    @Override
    default TensorType infer() {
        OpRule.requireFloat(this, x());
        return Reduction.super.infer();
    }

    /**
     * The sum of the absolute values.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceL1Norm(Tensor x, List<Integer> axes, boolean keepDims)
            implements NormReduction, Fold {
        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            return sum + Math.abs(element);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> spread(a.gradient()).mul(x.sign()));
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(sum(this, x.abs()));
        }
    }

    /**
     * The root of the sum of squares; flat where all elements are 0.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceL2Norm(Tensor x, List<Integer> axes, boolean keepDims)
            implements NormReduction, Fold {
        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            return sum + element * element;
        }

        @Override
        public double end(double sum, int count) {
            return Math.sqrt(sum);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // x over its norm is never large, the gradient over it may be.
                        Tensor flat = a.result().equal(0);
                        Tensor norm = Choice.oneOr(flat, a.result());
                        Tensor gradient = Choice.zeroOr(flat, a.gradient());
                        return x.div(spread(norm)).mul(spread(gradient));
                    });
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(Tensor.of(new ReduceSumSquare(x, axes, keepDims)).sqrt());
        }
    }

    /**
     * The sum of squares.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceSumSquare(Tensor x, List<Integer> axes, boolean keepDims)
            implements NormReduction, Fold {
        @Override
        public double start() {
            return 0;
        }

        @Override
        public double next(double sum, double element) {
            return sum + element * element;
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> spread(a.gradient().mul(2)).mul(x));
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(sum(this, x.square()));
        }
    }

    /**
     * The logarithm of the sum.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceLogSum(Tensor x, List<Integer> axes, boolean keepDims)
            implements NormReduction, Fold {
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
            return Math.log(sum);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor sum = Tensor.of(new ReduceSum(x, axes, keepDims));
                        return spread(a.gradient().div(sum)).broadcastTo(x.shape());
                    });
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(sum(this, x).log());
        }
    }

    /**
     * The logarithm of the sum of exponentials, computed without overflow.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceLogSumExp(Tensor x, List<Integer> axes, boolean keepDims)
            implements NormReduction {
        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        // Of nothing but −∞ no element has a share, where −∞ less −∞ is no number.
                        Tensor y = a.result();
                        Tensor own = Choice.orZero(y.sub(y).equal(0), y);
                        Tensor safe = y.less(0).where(own, y);
                        return x.sub(spread(safe)).exp().mul(spread(a.gradient()));
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            var place = new Broadcast(kept(), x.shape());
            double[] in = e.of(x);
            double[] out = e.result();
            double[] largest = new double[out.length];
            Arrays.fill(largest, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < in.length; i++) {
                int at = place.index(i);
                largest[at] = Math.max(largest[at], in[i]);
            }
            Arrays.fill(out, 0);
            for (int i = 0; i < in.length; i++) {
                int at = place.index(i);
                out[at] += Math.exp(in[i] - largest[at]);
            }
            for (int i = 0; i < out.length; i++) {
                // Infinity less infinity is no number.
                out[i] = largest[i] + (Double.isInfinite(largest[i]) ? 0 : Math.log(out[i]));
            }
        }

        @Override
        public List<Tensor> decompose() {
            if (x.shape().size() == 0) {
                return List.of(sum(this, x.exp()).log());
            }
            Tensor largest = Tensor.of(new ReduceMax(x, axes, keepDims));
            // Infinity less infinity is no number.
            Tensor shift = Choice.orZero(largest.sub(largest).equal(0), largest);
            Tensor sum = sum(this, x.sub(spread(shift)).exp());
            return List.of(sum.log().add(shift));
        }
    }
}
