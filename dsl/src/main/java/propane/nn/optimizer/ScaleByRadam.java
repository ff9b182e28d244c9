package propane.nn.optimizer;

import propane.tensor.Tensor;

/**
 * m̂·r / (√v̂ + ε) once there are enough steps before this one for v to have a spread, m̂ until
 * then; the factor r depends on the step alone (Liu et al., 2020). In PyTorch's form: ε is added
 * before v is corrected for its start.
 */
record ScaleByRadam(double beta1, double beta2, double epsilon) implements GradientTransform {
    ScaleByRadam {
        Moments.requireBetas(beta1, beta2);
        Moments.requireEpsilon(epsilon);
    }

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        Tensor m = Moments.moved(slots, "m", beta1, update);
        Tensor v = Moments.moved(slots, "v", beta2, update.square());
        Tensor step = slots.step();
        Tensor plain = m.div(Moments.correction(beta1, step));
        Tensor length = length(step);
        Tensor rectifier = rectifier(length).mul(Moments.correction(beta2, step).sqrt());
        Tensor rectified = plain.mul(rectifier).div(v.sqrt().add(epsilon));
        return length.greater(5).where(rectified, plain);
    }

    /** The length of the average after all steps: 2 / (1 − β₂) − 1. */
    private double fullLength() {
        return 2 / (1 - beta2) - 1;
    }

    /**
     * The length ρ = ρ∞ − 2·t·β₂ᵗ / (1 − β₂ᵗ). It is the small difference of two large numbers;
     * with x = −t·ln β₂ / 2 it is t + (ρ∞ + 2 / ln β₂) + 2 / ln β₂ · (x·coth x − 1), of small
     * numbers only.
     */
    private Tensor length(Tensor step) {
        double twice = -2 / Math.log(beta2);
        Tensor x = step.mul(1 / twice);
        return step.add(fullLength() - twice).sub(overOne(x).mul(twice));
    }

    /** Returns x·coth x − 1, for small x by its series. */
    private static Tensor overOne(Tensor x) {
        Tensor square = x.square();
        Tensor series =
                square.mul(-1 / 4725.0)
                        .add(2 / 945.0)
                        .mul(square)
                        .add(-1 / 45.0)
                        .mul(square)
                        .add(1 / 3.0)
                        .mul(square);
        return x.less(0.5).where(series, x.div(x.tanh()).sub(1));
    }

    private Tensor rectifier(Tensor length) {
        double full = fullLength();
        double factor = full / ((full - 4) * (full - 2));
        // Before the fifth step the length is too short for a root; the result is not used then.
        Tensor enough = length.maximum(5);
        return enough.sub(4).mul(enough.sub(2)).mul(factor).div(enough).sqrt();
    }
}
