package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * RMSprop (Hinton, 2012): s ← α·s + (1 − α)·g², w ← w − η·g / (√s + ε). If centred, the square of
 * the running mean gradient is taken away from s (Graves, 2013); with momentum, b ← μ·b + g / (√s +
 * ε) and w ← w − η·b.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(rmsprop(0.05)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param alpha α
 * @param epsilon ε
 * @param momentum μ; 0 for none
 * @param isCentred whether gradients are divided by their standard deviation
 * @param decay decay as an L2 penalty
 */
public record Rmsprop(
        Schedule learningRate,
        double alpha,
        double epsilon,
        double momentum,
        boolean isCentred,
        Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Rmsprop {
        Setting.belowOne("rmsprop: alpha", alpha);
        Setting.notNegative("rmsprop: epsilon", epsilon);
        Setting.belowOne("rmsprop: momentum", momentum);
    }

    /** Returns this optimizer with another decay rate of the squares, from 0 to 1. */
    public Rmsprop alpha(double rate) {
        return new Rmsprop(learningRate, rate, epsilon, momentum, isCentred, decay);
    }

    /** Returns this optimizer with another ε. */
    public Rmsprop epsilon(double value) {
        return new Rmsprop(learningRate, alpha, value, momentum, isCentred, decay);
    }

    /** Returns this optimizer with momentum μ, from 0 to 1. */
    public Rmsprop momentum(double mu) {
        return new Rmsprop(learningRate, alpha, epsilon, mu, isCentred, decay);
    }

    /** Returns this optimizer with gradients divided by their standard deviation. */
    public Rmsprop centred() {
        return new Rmsprop(learningRate, alpha, epsilon, momentum, true, decay);
    }

    /** Returns this optimizer with an L2 penalty λ. */
    public Rmsprop weightDecay(double lambda) {
        return new Rmsprop(learningRate, alpha, epsilon, momentum, isCentred, decay.rate(lambda));
    }

    /** Returns this optimizer with its penalty on some weights only. */
    public Rmsprop decaying(Parameters which) {
        return new Rmsprop(learningRate, alpha, epsilon, momentum, isCentred, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decay.penalized(slots, gradient, weight);
        Tensor scaled = g.div(spread(slots, g).sqrt().add(epsilon));
        if (momentum == 0) {
            return scaled.mul(slots.learningRate());
        }
        Tensor b = slots.slot("momentum");
        Tensor next = b.mul(momentum).add(scaled);
        slots.set(b, next);
        return next.mul(slots.learningRate());
    }

    private Tensor spread(Slots slots, Tensor g) {
        Tensor s = slots.slot("square");
        Tensor next = Moments.running(alpha, s, g.square());
        slots.set(s, next);
        if (!isCentred) {
            return next;
        }
        Tensor mean = slots.slot("mean");
        Tensor nextMean = Moments.running(alpha, mean, g);
        slots.set(mean, nextMean);
        // Rounding may leave a little less than nothing, whose root is no number.
        return next.sub(nextMean.square()).maximum(0);
    }
}
