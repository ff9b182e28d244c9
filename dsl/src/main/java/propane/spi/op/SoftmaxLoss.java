package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/**
 * The cross-entropy of the softmax over the last axis: −Σ<sub>c</sub> q<sub>c</sub> ln
 * softmax(z)<sub>c</sub> with shares q that the target gives. A label l gives q<sub>c</sub> = [c =
 * l]; a label that is no class gives nothing, neither loss nor gradient, whatever the logits are.
 * Probabilities are the shares themselves; they need not add up to 1. What has no share is not
 * looked at: a class that is shut out by a logit of −∞ costs nothing.
 */
public sealed interface SoftmaxLoss extends LossOp {
    /**
     * Returns what stands at each row's label, 0 where that is no class: {@code [..., classes]}
     * becomes {@code [...]}. It is selected, so that the rest may be infinite.
     *
     * @param x a number for each class, float [..., classes]
     * @param labels int32 [...]
     */
    static Tensor picked(Tensor x, Tensor labels) {
        Tensor own = hot(x, labels).greater(0.5);
        return own.where(x, Tensor.zeros(x.type())).sum(-1);
    }

    private static Tensor hot(Tensor x, Tensor labels) {
        return labels.oneHot(x.dim(-1)).cast(x.dtype());
    }

    /** Returns whether the target is labels. */
    private static boolean isLabelled(SoftmaxLoss op) {
        return op.target().dtype() == DType.INT32;
    }

    private static int classes(SoftmaxLoss op) {
        return op.logits().dim(-1);
    }

    private static Shape rows(SoftmaxLoss op) {
        return op.logits().shape().without(List.of(op.logits().rank() - 1));
    }

    private static TensorType requireTarget(SoftmaxLoss op) {
        TensorType type = OpRule.requireFloat(op, op.logits());
        if (type.shape().rank() == 0 || classes(op) == 0) {
            throw OpRule.shape(
                    op, "there are no classes in " + type.shape(), "give logits [..., classes]");
        }
        Shape wanted = isLabelled(op) ? rows(op) : type.shape();
        if (!isLabelled(op)) {
            OpRule.requireSame(op, op.logits(), op.target());
        }
        if (!op.target().shape().equals(wanted)) {
            throw OpRule.shape(
                    op,
                    "logits "
                            + type.shape()
                            + " need targets "
                            + wanted
                            + ", got "
                            + op.target().shape(),
                    "give int32 labels [...] or probabilities [..., classes]");
        }
        return type;
    }

    /** Returns the share of a class in the target of a row. */
    private static double share(SoftmaxLoss op, double[] target, int row, int c) {
        return isLabelled(op) ? (target[row] == c ? 1 : 0) : target[row * classes(op) + c];
    }

    /** Returns a number for each row as a column beside the classes. */
    private static Tensor column(SoftmaxLoss op, Tensor rows) {
        return rows.reshape(op.logits().shape().with(-1, 1).toArray());
    }

    /**
     * The cross-entropy of the softmax over the last axis, a loss for each row.
     *
     * @param logits z, [..., classes]
     * @param target int32 labels [...] or probabilities [..., classes]
     */
    record SoftmaxCrossEntropy(Tensor logits, Tensor target) implements SoftmaxLoss {
        @Override
        public TensorType infer() {
            return requireTarget(this).with(rows(this));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    logits,
                    () -> Tensor.of(new SoftmaxCrossEntropyGradient(logits, target, a.gradient())));
            a.accumulate(target, () -> logits.logSoftmax(-1).mul(column(this, a.gradient())).neg());
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] z = e.of(logits);
            double[] t = e.of(target);
            double[] out = e.result();
            int classes = classes(this);
            for (int row = 0; row < out.length; row++) {
                double logSum = logSum(z, row * classes, classes);
                out[row] = 0;
                for (int c = 0; c < classes; c++) {
                    double share = share(this, t, row, c);
                    // A class that is shut out, z = −∞, costs nothing where it has no share.
                    out[row] += share == 0 ? 0 : share * (logSum - z[row * classes + c]);
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            Tensor logs = logits.logSoftmax(-1);
            if (isLabelled(this)) {
                return List.of(picked(logs, target).neg());
            }
            Tensor none = Tensor.zeros(logs.type());
            return List.of(target.equal(0).where(none, logs.mul(target)).sum(-1).neg());
        }
    }

    /**
     * The gradient of {@link SoftmaxCrossEntropy} with respect to its logits, g·(softmax(z)·Σq −
     * q).
     *
     * @param logits z, [..., classes]
     * @param target int32 labels [...] or probabilities [..., classes]
     * @param gradient g, the gradient of each row's loss, [...]
     */
    record SoftmaxCrossEntropyGradient(Tensor logits, Tensor target, Tensor gradient)
            implements SoftmaxLoss {
        @Override
        public TensorType infer() {
            TensorType type = requireTarget(this);
            OpRule.requireSame(this, logits, gradient);
            if (!gradient.shape().equals(rows(this))) {
                throw OpRule.shape(
                        this,
                        "logits " + type.shape() + " have no losses " + gradient.shape(),
                        "give the gradient of that loss, one number a row");
            }
            return type;
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] z = e.of(logits);
            double[] t = e.of(target);
            double[] g = e.of(gradient);
            double[] out = e.result();
            int classes = classes(this);
            for (int row = 0; row < g.length; row++) {
                double logSum = logSum(z, row * classes, classes);
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    sum += share(this, t, row, c);
                }
                for (int c = 0; c < classes; c++) {
                    int at = row * classes + c;
                    double share = share(this, t, row, c);
                    double expected = sum == 0 ? 0 : Math.exp(z[at] - logSum) * sum;
                    out[at] = g[row] * (expected - share);
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            Tensor shares = isLabelled(this) ? hot(logits, target) : target;
            Tensor all = shares.sum(-1, true);
            Tensor softmax = logits.softmax(-1);
            Tensor expected = isLabelled(this) ? softmax : softmax.mul(all);
            // Logits of a row without any share may be no numbers.
            Tensor none = Tensor.zeros(softmax.type());
            Tensor counted = all.equal(0).where(none, expected);
            return List.of(counted.sub(shares).mul(column(this, gradient)));
        }
    }

    /** Returns ln Σ e<sup>z</sup> of some elements. */
    static double logSum(double[] z, int from, int count) {
        double max = Arrays.stream(z, from, from + count).max().orElseThrow();
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(z[i] - max);
        }
        return max + Math.log(sum);
    }
}
