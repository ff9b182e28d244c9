package propane.nn;

import java.util.List;

/** The built-in optimizers; settings not named are PyTorch's defaults. */
public final class Optimizers {
    private Optimizers() {}

    /** Returns stochastic gradient descent. */
    public static Sgd sgd(double learningRate) {
        return sgd(Schedule.constant(learningRate));
    }

    /** Returns stochastic gradient descent. */
    public static Sgd sgd(Schedule learningRate) {
        return new Sgd(learningRate, 0, 0, false, Decay.NONE);
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 at first. */
    public static Adam adam(double learningRate) {
        return adam(Schedule.constant(learningRate));
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 at first. */
    public static Adam adam(Schedule learningRate) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE, false, false);
    }

    /** Returns Adam with decay apart from the gradient, 0.01 at first. */
    public static Adam adamW(double learningRate) {
        return adamW(Schedule.constant(learningRate));
    }

    /** Returns Adam with decay apart from the gradient, 0.01 at first. */
    public static Adam adamW(Schedule learningRate) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE.rate(0.01), true, false);
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static Adam amsgrad(double learningRate) {
        return amsgrad(Schedule.constant(learningRate));
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static Adam amsgrad(Schedule learningRate) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE, false, true);
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Adamax adamax(double learningRate) {
        return adamax(Schedule.constant(learningRate));
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Adamax adamax(Schedule learningRate) {
        return new Adamax(learningRate, 0.9, 0.999, 1e-8, Decay.NONE);
    }

    /**
     * Returns several optimizers, each for the weights that {@link Optimizer#on} gave it; the first
     * that includes a weight updates it.
     */
    public static Optimizer groups(Optimizer... optimizers) {
        return new OptimizerGroups(List.of(optimizers));
    }
}
