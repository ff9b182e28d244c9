package propane.nn;

import java.util.List;

/**
 * RMSprop (Hinton, 2012): s ← α·s + (1 − α)·g², w ← w − η·g / (√s + ε). If centered, the square of
 * the moving mean gradient is taken from s (Graves, 2013); with momentum, b ← μ·b + g / (√s + ε)
 * and w ← w − η·b.
 *
 * @param settings η, ε, μ, weight decay
 * @param alpha α
 * @param centered whether gradients are divided by their standard deviation
 */
public record Rmsprop(Hyperparameters settings, double alpha, boolean centered)
        implements EpsilonOptimizer<Rmsprop>, MomentumOptimizer<Rmsprop> {
    /** Checks the settings. */
    public Rmsprop {
        GradientTransforms.scaleByRms(alpha, settings.epsilon(), centered);
    }

    /** Returns this optimizer with another decay rate of the squares, from 0 to 1. */
    public Rmsprop alpha(double rate) {
        return new Rmsprop(settings, rate, centered);
    }

    /** Returns this optimizer with gradients divided by their standard deviation, or not. */
    public Rmsprop centered(boolean isCentered) {
        return new Rmsprop(settings, alpha, isCentered);
    }

    @Override
    public Rmsprop with(Hyperparameters others) {
        return new Rmsprop(others, alpha, centered);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByRms(alpha, settings.epsilon(), centered),
                settings.momentum(0),
                settings.rate());
    }
}
