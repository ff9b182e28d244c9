package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Adam (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η · m̂ / (√v̂
 * + ε), where m̂ and v̂ are corrected for their start at 0. With {@link #decoupled}, AdamW
 * (Loshchilov and Hutter, 2019); with {@link #largest}, AMSGrad (Reddi et al., 2018).
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * for (Optimizer each : List.of(adam(0.1), adamW(0.1), amsgrad(0.1))) {
 *     var training = training(model(input(1), dense(1))).loss(meanSquaredError());
 *     try (var trainer = training.optimizer(each).batch(4).seed(1).compile()) {
 *         trainer.fit(line, epochs(50));
 *         System.out.println(each.getClass().getSimpleName() + ": " + trainer.evaluate(line));
 *     }
 * }
 * }
 *
 * @param learningRate η
 * @param beta1 β₁
 * @param beta2 β₂
 * @param epsilon ε
 * @param decay weight decay
 * @param decoupled whether the decay is apart from the gradient, η·λ·w, rather than a penalty
 * @param largest whether v̂ is the largest so far
 */
public record Adam(
        Schedule learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Decay decay,
        boolean decoupled,
        boolean largest)
        implements Optimizer {
    /** Checks the settings. */
    public Adam {
        Setting.belowOne("adam: the first beta", beta1);
        Setting.belowOne("adam: the second beta", beta2);
        Setting.notNegative("adam: epsilon", epsilon);
    }

    /** Returns this optimizer with other decay rates of the moments, each from 0 to 1. */
    public Adam betas(double first, double second) {
        return new Adam(learningRate, first, second, epsilon, decay, decoupled, largest);
    }

    /** Returns this optimizer with another ε. */
    public Adam epsilon(double value) {
        return new Adam(learningRate, beta1, beta2, value, decay, decoupled, largest);
    }

    /** Returns this optimizer with a weight decay λ. */
    public Adam weightDecay(double lambda) {
        return new Adam(
                learningRate, beta1, beta2, epsilon, decay.rate(lambda), decoupled, largest);
    }

    /** Returns this optimizer with decay on some weights only. */
    public Adam decaying(Parameters which) {
        return new Adam(learningRate, beta1, beta2, epsilon, decay.of(which), decoupled, largest);
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decoupled ? gradient : decay.penalized(slots, gradient, weight);
        Tensor m = slots.slot("m");
        Tensor v = slots.slot("v");
        Tensor nextM = Moments.running(beta1, m, g);
        Tensor nextV = Moments.running(beta2, v, g.square());
        slots.set(m, nextM);
        slots.set(v, nextV);
        Tensor second = largest ? largest(slots, nextV) : nextV;
        Tensor step = slots.step();
        Tensor root = Moments.correction(beta2, step).sqrt();
        Tensor rate = slots.learningRate().div(Moments.correction(beta1, step));
        Tensor update = nextM.mul(rate).div(second.sqrt().div(root).add(epsilon));
        return decoupled ? decay.decoupled(slots, update, weight) : update;
    }

    private static Tensor largest(Slots slots, Tensor v) {
        Tensor before = slots.slot("largest_v");
        Tensor larger = before.maximum(v);
        slots.set(before, larger);
        return larger;
    }
}
