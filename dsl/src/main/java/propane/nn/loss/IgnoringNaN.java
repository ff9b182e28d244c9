package propane.nn.loss;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * A loss of what is known of targets; where they are missing nothing counts.
 *
 * @param loss the loss where they are known
 */
record IgnoringNaN(Loss.Elementwise loss) implements Loss.PerElement {
    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        // Whole numbers are all known.
        return target.dtype().isFloat()
                ? loss.terms(prediction, LossTerms.known(target), LossTerms.numbers(target))
                : loss.terms(prediction, target);
    }

    @Override
    public boolean ignoresNaN() {
        return true;
    }

    @Override
    public TensorType target(TensorType prediction) {
        return loss.target(prediction);
    }

    @Override
    public TargetKind targetKind() {
        return loss.targetKind();
    }

    @Override
    public OutputKind outputKind() {
        return loss.outputKind();
    }
}
