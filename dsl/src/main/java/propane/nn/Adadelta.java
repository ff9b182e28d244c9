package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Adadelta (Zeiler, 2012): s ← ρ·s + (1 − ρ)·g², d = √(u + ε) / √(s + ε) · g, u ← ρ·u + (1 − ρ)·d²,
 * w ← w − η·d.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(adadelta(1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param rho ρ
 * @param epsilon ε
 * @param decay decay as an L2 penalty
 */
public record Adadelta(Schedule learningRate, double rho, double epsilon, Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Adadelta {
        Setting.belowOne("adadelta: rho", rho);
        Setting.notNegative("adadelta: epsilon", epsilon);
    }

    /** Returns this optimizer with another decay rate of the squares, from 0 to 1. */
    public Adadelta rho(double rate) {
        return new Adadelta(learningRate, rate, epsilon, decay);
    }

    /** Returns this optimizer with another ε. */
    public Adadelta epsilon(double value) {
        return new Adadelta(learningRate, rho, value, decay);
    }

    /** Returns this optimizer with an L2 penalty λ. */
    public Adadelta weightDecay(double lambda) {
        return new Adadelta(learningRate, rho, epsilon, decay.rate(lambda));
    }

    /** Returns this optimizer with its penalty on some weights only. */
    public Adadelta decaying(Parameters which) {
        return new Adadelta(learningRate, rho, epsilon, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decay.penalized(slots, gradient, weight);
        Tensor s = slots.slot("square");
        Tensor u = slots.slot("update");
        Tensor nextS = Moments.running(rho, s, g.square());
        Tensor d = u.add(epsilon).sqrt().div(nextS.add(epsilon).sqrt()).mul(g);
        slots.set(s, nextS);
        slots.set(u, Moments.running(rho, u, d.square()));
        return d.mul(slots.learningRate());
    }
}
