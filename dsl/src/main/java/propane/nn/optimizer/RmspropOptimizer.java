package propane.nn.optimizer;

import propane.nn.schedule.Schedule;

import java.util.List;

/**
 * RMSprop (Hinton, 2012): s ← α·s + (1 − α)·g², w ← w − η·g / (√s + ε). If centered, the square of
 * the moving mean gradient is taken from s (Graves, 2013); with momentum, b ← μ·b + g / (√s + ε)
 * and w ← w − η·b.
 */
public final class RmspropOptimizer extends BuiltInOptimizer<RmspropOptimizer> {
    private final Rmsprop own;

    RmspropOptimizer(Hyperparameters settings, Rmsprop own) {
        super(settings, own);
        this.own = own;
    }

    @Override
    RmspropOptimizer with(Hyperparameters others) {
        return new RmspropOptimizer(others, own);
    }

    /** Returns this optimizer with another decay rate α of the squares, from 0 up to 1. */
    public RmspropOptimizer alpha(double rate) {
        return new RmspropOptimizer(settings, new Rmsprop(rate, own.centered()));
    }

    /** Returns this optimizer with gradients divided by their standard deviation, or not. */
    public RmspropOptimizer centered(boolean isCentered) {
        return new RmspropOptimizer(settings, new Rmsprop(own.alpha(), isCentered));
    }

    /** Returns this optimizer with another ε, 0 or more, which keeps divisors from 0. */
    public RmspropOptimizer epsilon(double value) {
        return with(settings.epsilon(value));
    }

    /** Returns this optimizer with momentum μ, from 0 up to 1; 0 for none. */
    public RmspropOptimizer momentum(double mu) {
        return momentum(Moments.momentum(mu));
    }

    /** Returns this optimizer with momentum μ that follows a schedule. */
    public RmspropOptimizer momentum(Schedule mu) {
        return with(settings.momentum(mu, settings.nesterov()));
    }

    /** Returns this optimizer with Nesterov's momentum, or with a plain one. */
    public RmspropOptimizer nesterov(boolean nesterov) {
        return with(settings.momentum(settings.momentum(), nesterov));
    }

    /**
     * RMSprop.
     *
     * @param alpha α
     * @param centered whether gradients are divided by their standard deviation
     */
    record Rmsprop(double alpha, boolean centered) implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByRms(alpha, settings.epsilon(), centered),
                    settings.momentum(0),
                    settings.rate());
        }
    }
}
