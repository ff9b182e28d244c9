package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Adamax (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, u ← max(β₂·u, |g| + ε), w ← w − η / (1 −
 * β₁ᵗ) · m / u.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(adamax(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param beta1 β₁
 * @param beta2 β₂
 * @param epsilon ε
 * @param decay decay as an L2 penalty
 */
public record Adamax(Schedule learningRate, double beta1, double beta2, double epsilon, Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Adamax {
        Setting.belowOne("adamax: the first beta", beta1);
        Setting.belowOne("adamax: the second beta", beta2);
        Setting.notNegative("adamax: epsilon", epsilon);
    }

    /** Returns this optimizer with other decay rates of the moments, each from 0 to 1. */
    public Adamax betas(double first, double second) {
        return new Adamax(learningRate, first, second, epsilon, decay);
    }

    /** Returns this optimizer with another ε. */
    public Adamax epsilon(double value) {
        return new Adamax(learningRate, beta1, beta2, value, decay);
    }

    /** Returns this optimizer with an L2 penalty λ. */
    public Adamax weightDecay(double lambda) {
        return new Adamax(learningRate, beta1, beta2, epsilon, decay.rate(lambda));
    }

    /** Returns this optimizer with its penalty on some weights only. */
    public Adamax decaying(Parameters which) {
        return new Adamax(learningRate, beta1, beta2, epsilon, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decay.penalized(slots, gradient, weight);
        Tensor m = slots.slot("m");
        Tensor u = slots.slot("u");
        Tensor nextM = Moments.running(beta1, m, g);
        Tensor nextU = u.mul(beta2).maximum(g.abs().add(epsilon));
        slots.set(m, nextM);
        slots.set(u, nextU);
        Tensor rate = slots.learningRate().div(Moments.correction(beta1, slots.step()));
        return nextM.mul(rate).div(nextU);
    }
}
