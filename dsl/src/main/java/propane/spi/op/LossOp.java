package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Losses with gradients in closed form, which MIL lacks. They are computed from logits, so that
 * large ones neither overflow nor lose what is small.
 */
public sealed interface LossOp extends Op, DecomposedForMil
        permits LossOp.SigmoidCrossEntropy, SoftmaxLoss, AlignmentLoss {
    /** Returns the unnormalized logarithms of probabilities. */
    Tensor logits();

    /** Returns what they should be. */
    Tensor target();

    /**
     * The cross-entropy of independent probabilities, −t ln σ(z) − (1 − t) ln(1 − σ(z)), element by
     * element. It is computed as (1 − t)·max(z, 0) + t·max(−z, 0) + ln(1 + e<sup>−|z|</sup>), of
     * which what has the factor 0 is not looked at; its gradient is σ(z) − t.
     *
     * @param logits z
     * @param target t from 0 to 1, of the same type
     */
    record SigmoidCrossEntropy(Tensor logits, Tensor target) implements LossOp {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, logits);
            OpRule.requireSame(this, logits, target);
            if (!logits.shape().equals(target.shape())) {
                throw OpRule.shape(
                        this,
                        "logits " + logits.shape() + " and targets " + target.shape() + " differ",
                        "give each logit one target");
            }
            return logits.type();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(logits, () -> a.gradient().mul(logits.sigmoid().sub(target)));
            a.accumulate(target, () -> a.gradient().mul(logits).neg());
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] z = e.of(logits);
            double[] t = e.of(target);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                double above = t[i] == 1 ? 0 : (1 - t[i]) * Math.max(z[i], 0);
                double below = t[i] == 0 ? 0 : t[i] * Math.max(-z[i], 0);
                out[i] = above + below + Math.log1p(Math.exp(-Math.abs(z[i])));
            }
        }

        @Override
        public List<Tensor> decompose() {
            Tensor tail = logits.abs().neg().softplus();
            Tensor none = Tensor.zeros(logits.type());
            Tensor rest = target.neg().add(1);
            Tensor above = rest.equal(0).where(none, logits.relu().mul(rest));
            Tensor below = target.equal(0).where(none, logits.neg().relu().mul(target));
            return List.of(above.add(below).add(tail));
        }
    }
}
