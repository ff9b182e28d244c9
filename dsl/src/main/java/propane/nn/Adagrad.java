package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Adagrad (Duchi et al., 2011): s ← s + g², w ← w − η·g / (√s + ε). The rate at which η itself
 * falls is the schedule's.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(adagrad(0.5)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param start s before the first step
 * @param epsilon ε
 * @param decay decay as an L2 penalty
 */
public record Adagrad(Schedule learningRate, double start, double epsilon, Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Adagrad {
        Setting.notNegative("adagrad: the first squares", start);
        Setting.notNegative("adagrad: epsilon", epsilon);
    }

    /** Returns this optimizer with sums of squares that start at a number, not negative. */
    public Adagrad startingAt(double square) {
        return new Adagrad(learningRate, square, epsilon, decay);
    }

    /** Returns this optimizer with another ε. */
    public Adagrad epsilon(double value) {
        return new Adagrad(learningRate, start, value, decay);
    }

    /** Returns this optimizer with an L2 penalty λ. */
    public Adagrad weightDecay(double lambda) {
        return new Adagrad(learningRate, start, epsilon, decay.rate(lambda));
    }

    /** Returns this optimizer with its penalty on some weights only. */
    public Adagrad decaying(Parameters which) {
        return new Adagrad(learningRate, start, epsilon, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decay.penalized(slots, gradient, weight);
        Tensor s = slots.slot("square", slots.weight().shape(), Initializer.constant(start));
        Tensor next = s.add(g.square());
        slots.set(s, next);
        return g.div(next.sqrt().add(epsilon)).mul(slots.learningRate());
    }
}
