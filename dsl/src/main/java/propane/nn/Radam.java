package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * RAdam, Adam with a rectified second moment (Liu et al., 2020): w ← w − η·m̂·r / (√v̂ + ε) once
 * there are enough steps behind v to know its spread, w ← w − η·m̂ before that. The factor r
 * depends on the step alone. In PyTorch's form: ε is added before v is corrected for its start.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(radam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param beta1 decay rate of m
 * @param beta2 decay rate of v
 * @param epsilon ε
 * @param decay weight decay
 * @param isDecoupled whether the decay is apart from the gradient, η·λ·w, rather than a penalty
 */
public record Radam(
        Schedule learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Decay decay,
        boolean isDecoupled)
        implements Optimizer {
    /** Checks the settings. */
    public Radam {
        Setting.belowOne("radam: the first beta", beta1);
        Setting.belowOne("radam: the second beta", beta2);
        Setting.notNegative("radam: epsilon", epsilon);
    }

    /** Returns this optimizer with other decay rates of the moments, each from 0 to 1. */
    public Radam betas(double first, double second) {
        return new Radam(learningRate, first, second, epsilon, decay, isDecoupled);
    }

    /** Returns this optimizer with another ε. */
    public Radam epsilon(double value) {
        return new Radam(learningRate, beta1, beta2, value, decay, isDecoupled);
    }

    /** Returns this optimizer with a weight decay λ, an L2 penalty unless {@link #decoupled}. */
    public Radam weightDecay(double lambda) {
        return new Radam(learningRate, beta1, beta2, epsilon, decay.rate(lambda), isDecoupled);
    }

    /** Returns this optimizer with decay on some weights only. */
    public Radam decaying(Parameters which) {
        return new Radam(learningRate, beta1, beta2, epsilon, decay.of(which), isDecoupled);
    }

    /** Returns this optimizer with decay apart from the gradient. */
    public Radam decoupled() {
        return new Radam(learningRate, beta1, beta2, epsilon, decay, true);
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = isDecoupled ? gradient : decay.penalized(slots, gradient, weight);
        Tensor m = slots.slot("m");
        Tensor v = slots.slot("v");
        Tensor nextM = Moments.running(beta1, m, g);
        Tensor nextV = Moments.running(beta2, v, g.square());
        slots.set(m, nextM);
        slots.set(v, nextV);
        Tensor step = slots.step();
        Tensor plain = nextM.mul(slots.learningRate().div(Moments.correction(beta1, step)));
        Tensor length = length(step);
        Tensor rectified =
                plain.mul(rectifier(length).mul(Moments.correction(beta2, step).sqrt()))
                        .div(nextV.sqrt().add(epsilon));
        Tensor update = length.greater(5).where(rectified, plain);
        return isDecoupled ? decay.decoupled(slots, update, weight) : update;
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
