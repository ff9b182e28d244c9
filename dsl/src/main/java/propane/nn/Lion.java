package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Lion (Chen et al., 2023): w ← w − η·(sign(β₁·m + (1 − β₁)·g) + λ·w), then m ← β₂·m + (1 − β₂)·g.
 * Its updates have the size η everywhere, so η is to be some 3 to 10 times smaller than Adam's.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(lion(0.05)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param beta1 β₁
 * @param beta2 β₂
 * @param decay decay λ apart from the gradient
 */
public record Lion(Schedule learningRate, double beta1, double beta2, Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Lion {
        Setting.belowOne("lion: the first beta", beta1);
        Setting.belowOne("lion: the second beta", beta2);
    }

    /** Returns this optimizer with other β, each from 0 to 1. */
    public Lion betas(double first, double second) {
        return new Lion(learningRate, first, second, decay);
    }

    /** Returns this optimizer with a weight decay λ. */
    public Lion weightDecay(double lambda) {
        return new Lion(learningRate, beta1, beta2, decay.rate(lambda));
    }

    /** Returns this optimizer with decay on some weights only. */
    public Lion decaying(Parameters which) {
        return new Lion(learningRate, beta1, beta2, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor m = slots.slot("m");
        Tensor direction = Moments.running(beta1, m, gradient).sign();
        slots.set(m, Moments.running(beta2, m, gradient));
        return decay.decoupled(slots, direction.mul(slots.learningRate()), weight);
    }
}
