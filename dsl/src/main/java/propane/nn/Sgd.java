package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Stochastic gradient descent, with momentum if asked for: m ← μ·m + (1 − τ)·g, the first m being
 * g; w ← w − η·m, or with Nesterov's momentum w ← w − η·(g + μ·m) (Sutskever et al., 2013, in
 * PyTorch's form).
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * for (Optimizer each : List.of(sgd(0.05), sgd(0.05).momentum(0.9))) {
 *     var training = training(model(input(1), dense(1))).loss(meanSquaredError());
 *     try (var trainer = training.optimizer(each).batch(4).seed(1).compile()) {
 *         trainer.fit(line, epochs(50));
 *         System.out.println(each.getClass().getSimpleName() + ": " + trainer.evaluate(line));
 *     }
 * }
 * }
 *
 * @param learningRate η
 * @param momentum μ; 0 for none
 * @param dampening τ
 * @param nesterov whether the momentum is Nesterov's
 * @param decay decay as an L2 penalty, λ·w added to g
 */
public record Sgd(
        Schedule learningRate, double momentum, double dampening, boolean nesterov, Decay decay)
        implements Optimizer {
    /** Checks the settings. */
    public Sgd {
        Setting.belowOne("sgd: momentum", momentum);
        Setting.share("sgd: dampening", dampening);
    }

    /** Returns this optimizer with momentum μ, from 0 to 1. */
    public Sgd momentum(double mu) {
        return new Sgd(learningRate, mu, dampening, nesterov, decay);
    }

    /** Returns this optimizer with the share τ of the gradient kept out of the momentum. */
    public Sgd dampening(double tau) {
        return new Sgd(learningRate, momentum, tau, nesterov, decay);
    }

    /** Returns this optimizer with Nesterov's momentum μ. */
    public Sgd nesterov(double mu) {
        Setting.positive("sgd: the momentum of Nesterov", mu);
        return new Sgd(learningRate, mu, dampening, true, decay);
    }

    /** Returns this optimizer with an L2 penalty λ. */
    public Sgd weightDecay(double lambda) {
        return new Sgd(learningRate, momentum, dampening, nesterov, decay.rate(lambda));
    }

    /** Returns this optimizer with its penalty on some weights only. */
    public Sgd decaying(Parameters which) {
        return new Sgd(learningRate, momentum, dampening, nesterov, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor g = decay.penalized(slots, gradient, weight);
        if (momentum == 0) {
            return g.mul(slots.learningRate());
        }
        Tensor m = slots.slot("momentum");
        Tensor next = m.mul(momentum).add(taken(slots, g));
        slots.set(m, next);
        Tensor direction = nesterov ? g.add(next.mul(momentum)) : next;
        return direction.mul(slots.learningRate());
    }

    /** What goes into the momentum: all of the first gradient, 1 − τ of each later one. */
    private Tensor taken(Slots slots, Tensor g) {
        if (dampening == 0) {
            return g;
        }
        Tensor first = slots.step().less(1.5);
        Tensor share =
                first.where(
                        Tensor.constant(1).reshape(1), Tensor.constant(1 - dampening).reshape(1));
        return g.mul(share);
    }
}
