package propane.tensor;

import java.util.List;

/**
 * Losses with gradients in closed form, which MIL lacks. They are computed from logits, so that
 * large ones neither overflow nor lose what is small.
 */
public sealed interface LossOp extends Op, Expandable
        permits LossOp.SigmoidCrossEntropy, SoftmaxLoss, AlignmentLoss {
    /** Returns the unnormalized logarithms of probabilities. */
    Tensor logits();

    /** Returns what they should be. */
    Tensor target();

    /**
     * The cross-entropy of independent probabilities, −t ln σ(z) − (1 − t) ln(1 − σ(z)), element by
     * element. It is computed as max(z, 0) − z·t + ln(1 + e<sup>−|z|</sup>); its gradient is σ(z) −
     * t.
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
            a.to(logits, () -> a.gradient().mul(logits.sigmoid().sub(target)));
            a.to(target, () -> a.gradient().mul(logits).neg());
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] z = e.of(logits);
            double[] t = e.of(target);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                out[i] = Math.max(z[i], 0) - z[i] * t[i] + Math.log1p(Math.exp(-Math.abs(z[i])));
            }
        }

        @Override
        public List<Tensor> expand() {
            Tensor tail = logits.abs().neg().softplus();
            return List.of(logits.relu().sub(logits.mul(target)).add(tail));
        }
    }
}
