package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/**
 * The connectionist temporal classification of sequences (Graves et al., 2006): −ln of the
 * probability that the softmaxes over time spell a sequence of labels when, of each step, one class
 * is taken, repetitions are dropped and then blanks, class 0. Labels are from 1 to classes − 1;
 * they end at the first that is not. A sequence that does not fit into the time gives nothing,
 * neither loss nor gradient. The recursions forward and backward are computed with logarithms.
 */
public sealed interface AlignmentLoss extends LossOp {
    /** Requires logits [n, time, classes] and int32 labels [n, length]. */
    private static TensorType requireTarget(AlignmentLoss op) {
        TensorType type = OpRule.requireFloat(op, op.logits());
        OpRule.requireIndices(op, op.target());
        Shape labels = op.target().shape();
        boolean fits = type.shape().rank() == 3 && type.shape().dim(1) > 0;
        fits = fits && type.shape().dim(2) > 0 && labels.rank() == 2 && labels.dim(1) > 0;
        if (!fits || labels.dim(0) != type.shape().dim(0)) {
            throw OpRule.shape(
                    op,
                    "logits " + type.shape() + " and labels " + labels + " do not go together",
                    "give logits [n, time, classes] and labels [n, length], no length 0");
        }
        return type;
    }

    /**
     * The loss of each sequence, [n].
     *
     * @param logits z, [n, time, classes], class 0 the blank
     * @param target int32 labels [n, length]; −1 or 0 after the last
     */
    record CtcLoss(Tensor logits, Tensor target) implements AlignmentLoss {
        @Override
        public TensorType infer() {
            TensorType type = requireTarget(this);
            return type.with(Shape.shape(type.shape().dim(0)));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    logits, () -> Tensor.of(new CtcLossGradient(logits, target, a.gradient())));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] out = e.result();
            var lattice = new Lattice(this, e.of(logits), e.of(target));
            for (int row = 0; row < out.length; row++) {
                double all = lattice.forward(row);
                out[row] = all == Double.NEGATIVE_INFINITY ? 0 : -all;
            }
        }

        @Override
        public List<Tensor> decompose() {
            var lattice = new DecomposedLattice(this);
            Tensor all = lattice.all();
            return List.of(lattice.fits().where(all, Tensor.zeros(all.type())).neg());
        }
    }

    /**
     * The gradient of {@link CtcLoss} with respect to its logits: g·(softmax(z) − γ), γ the
     * probability that a class is taken at a step, given that the labels are spelled.
     *
     * @param logits z, [n, time, classes], class 0 the blank
     * @param target int32 labels [n, length]; −1 or 0 after the last
     * @param gradient g, the gradient of each sequence's loss, [n]
     */
    record CtcLossGradient(Tensor logits, Tensor target, Tensor gradient) implements AlignmentLoss {
        @Override
        public TensorType infer() {
            TensorType type = requireTarget(this);
            OpRule.requireSame(this, logits, gradient);
            if (!gradient.shape().equals(Shape.shape(type.shape().dim(0)))) {
                throw OpRule.shape(
                        this,
                        "logits " + type.shape() + " have no losses " + gradient.shape(),
                        "give the gradient of that loss, one number a sequence");
            }
            return type;
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] g = e.of(gradient);
            double[] out = e.result();
            Arrays.fill(out, 0);
            var lattice = new Lattice(this, e.of(logits), e.of(target));
            for (int row = 0; row < g.length; row++) {
                lattice.gradient(row, g[row], out);
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(new DecomposedLattice(this).gradient(gradient));
        }
    }
}
