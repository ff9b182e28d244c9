package propane.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The cross-entropy of the softmax over the last axis: −Σ<sub>c</sub> q<sub>c</sub> ln
 * softmax(z)<sub>c</sub> with shares q that the target gives. A label l gives q<sub>c</sub> = (1 −
 * ε)·[c = l] + ε / C over C classes (Szegedy et al.: Rethinking the Inception Architecture, 2016);
 * a label that is no class gives nothing, neither loss nor gradient. Probabilities p give
 * q<sub>c</sub> = (1 − ε)·p<sub>c</sub> + ε / C; they need not add up to 1.
 */
public sealed interface SoftmaxLoss extends LossOp {
    /** Returns ε, the part of the target that is spread over all classes. */
    float smoothing();

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
        int classes = classes(op);
        double even = (double) op.smoothing() / classes;
        double own = 1 - (double) op.smoothing();
        if (!isLabelled(op)) {
            return own * target[row * classes + c] + even;
        }
        double label = target[row];
        return label < 0 || label >= classes ? 0 : (label == c ? own : 0) + even;
    }

    /** Returns the shares q. */
    private static Tensor shares(SoftmaxLoss op) {
        double own = 1 - (double) op.smoothing();
        double even = (double) op.smoothing() / classes(op);
        if (!isLabelled(op)) {
            return op.smoothing() == 0 ? op.target() : op.target().mul(own).add(even);
        }
        Tensor hot = op.target().oneHot(classes(op)).cast(op.logits().dtype());
        return op.smoothing() == 0 ? hot : hot.mul(own).add(hot.sumKeeping(-1).mul(even));
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
     * @param smoothing ε, the part of the target that is spread over all classes
     */
    record SoftmaxCrossEntropy(Tensor logits, Tensor target, float smoothing)
            implements SoftmaxLoss {
        @Override
        public TensorType infer() {
            return requireTarget(this).with(rows(this));
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(
                    logits,
                    () ->
                            Tensor.of(
                                    new SoftmaxCrossEntropyGradient(
                                            logits, target, a.gradient(), smoothing)));
            a.to(
                    target,
                    () -> logits.logSoftmax(-1).mul(column(this, a.gradient())).mul(smoothing - 1));
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
        public List<Tensor> expand() {
            Tensor logs = logits.logSoftmax(-1);
            return List.of(logs.mul(shares(this)).sum(-1).neg());
        }
    }

    /**
     * The gradient of {@link SoftmaxCrossEntropy} with respect to its logits, g·(softmax(z)·Σq −
     * q).
     *
     * @param logits z, [..., classes]
     * @param target int32 labels [...] or probabilities [..., classes]
     * @param gradient g, the gradient of each row's loss, [...]
     * @param smoothing ε, the part of the target that is spread over all classes
     */
    record SoftmaxCrossEntropyGradient(
            Tensor logits, Tensor target, Tensor gradient, float smoothing) implements SoftmaxLoss {
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
            a.through(this);
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
                    out[at] = g[row] * (Math.exp(z[at] - logSum) * sum - share);
                }
            }
        }

        @Override
        public List<Tensor> expand() {
            Tensor shares = shares(this);
            Tensor expected = logits.softmax(-1).mul(shares.sumKeeping(-1));
            return List.of(expected.sub(shares).mul(column(this, gradient)));
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
