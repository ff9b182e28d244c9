package propane.nn;

import java.util.List;

/**
 * Adagrad (Duchi et al., 2011): s ← s + g², w ← w − η·g / (√s + ε). The rate at which η itself
 * falls is the schedule's.
 *
 * @param settings η, ε, weight decay
 * @param initialAccumulatorValue s before the first step
 */
public record Adagrad(Hyperparameters settings, double initialAccumulatorValue)
        implements EpsilonOptimizer<Adagrad> {
    /** Checks the settings. */
    public Adagrad {
        GradientTransforms.scaleByRss(initialAccumulatorValue, settings.epsilon());
    }

    /** Returns this optimizer with sums of squares that start at a number, not negative. */
    public Adagrad initialAccumulatorValue(double square) {
        return new Adagrad(settings, square);
    }

    @Override
    public Adagrad with(Hyperparameters others) {
        return new Adagrad(others, initialAccumulatorValue);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByRss(initialAccumulatorValue, settings.epsilon()),
                settings.rate());
    }
}
