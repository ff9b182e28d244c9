package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * A loss that is square near 0 and straight beyond.
 *
 * @param delta δ, where the straight part begins
 * @param isScaled whether the loss is divided by δ, so that the straight part has the slope 1
 *     (smooth L1)
 */
record Huber(double delta, boolean isScaled) implements Loss.Elementwise {
    Huber {
        Preconditions.positive(
                (isScaled ? "smoothL1" : "huber") + ": where the straight part begins", delta);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame(isScaled ? "smoothL1" : "huber", prediction, target);
        Tensor error = prediction.sub(target).abs();
        Tensor near = error.minimum(delta);
        Tensor loss = near.square().mul(0.5).add(error.sub(near).mul(delta));
        return LossTerms.of(isScaled ? loss.mul(1 / delta) : loss);
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
