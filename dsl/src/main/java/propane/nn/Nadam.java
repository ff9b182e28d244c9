package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * NAdam, Adam with Nesterov's momentum (Dozat, 2016), in PyTorch's form. With μₜ = β₁·(1 − ½·0.96
 * <sup>t·ψ</sup>), Πₜ the product of all μ up to μₜ, and m, v as Adam's: w ← w − η·((1 − μₜ) / (1 −
 * Πₜ)·g + μₜ₊₁ / (1 − Πₜ₊₁)·m) / (√v̂ + ε).
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(nadam(0.1)).batch(4).seed(1);
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
 * @param momentumDecay ψ
 * @param decay weight decay
 * @param isDecoupled whether the decay is apart from the gradient, η·λ·w, rather than a penalty
 */
public record Nadam(
        Schedule learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double momentumDecay,
        Decay decay,
        boolean isDecoupled)
        implements Optimizer {
    /** Checks the settings. */
    public Nadam {
        Setting.belowOne("nadam: the first beta", beta1);
        Setting.belowOne("nadam: the second beta", beta2);
        Setting.notNegative("nadam: epsilon", epsilon);
        Setting.notNegative("nadam: the decay of momentum", momentumDecay);
    }

    /** Returns this optimizer with other decay rates of the moments, each from 0 to 1. */
    public Nadam betas(double first, double second) {
        return new Nadam(learningRate, first, second, epsilon, momentumDecay, decay, isDecoupled);
    }

    /** Returns this optimizer with another ε. */
    public Nadam epsilon(double value) {
        return new Nadam(learningRate, beta1, beta2, value, momentumDecay, decay, isDecoupled);
    }

    /** Returns this optimizer with another ψ. */
    public Nadam momentumDecay(double psi) {
        return new Nadam(learningRate, beta1, beta2, epsilon, psi, decay, isDecoupled);
    }

    /** Returns this optimizer with a weight decay λ, an L2 penalty unless {@link #decoupled}. */
    public Nadam weightDecay(double lambda) {
        return new Nadam(
                learningRate,
                beta1,
                beta2,
                epsilon,
                momentumDecay,
                decay.rate(lambda),
                isDecoupled);
    }

    /** Returns this optimizer with decay on some weights only. */
    public Nadam decaying(Parameters which) {
        return new Nadam(
                learningRate, beta1, beta2, epsilon, momentumDecay, decay.of(which), isDecoupled);
    }

    /** Returns this optimizer with decay apart from the gradient. */
    public Nadam decoupled() {
        return new Nadam(learningRate, beta1, beta2, epsilon, momentumDecay, decay, true);
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
        Tensor mu = momentum(step);
        Tensor muAfter = momentum(step.add(1));
        Tensor before = slots.slot("mu_product", Shape.shape(1), Initializer.constant(1));
        Tensor product = before.mul(mu);
        slots.set(before, product);
        Tensor ofGradient = g.mul(share(mu.neg().add(1), product));
        Tensor ofMoment = nextM.mul(share(muAfter, product.mul(muAfter)));
        Tensor root = nextV.div(Moments.correction(beta2, step)).sqrt().add(epsilon);
        Tensor update = ofGradient.add(ofMoment).div(root).mul(slots.learningRate());
        return isDecoupled ? decay.decoupled(slots, update, weight) : update;
    }

    private Tensor momentum(Tensor step) {
        Tensor half = step.mul(momentumDecay * Math.log(0.96)).exp().mul(0.5);
        return half.neg().add(1).mul(beta1);
    }

    private static Tensor share(Tensor part, Tensor product) {
        return part.div(product.neg().add(1));
    }
}
