package propane.nn;

import java.util.List;

/**
 * Adadelta (Zeiler, 2012): s ← ρ·s + (1 − ρ)·g², d = √(u + ε) / √(s + ε)·g, u ← ρ·u + (1 − ρ)·d², w
 * ← w − η·d.
 *
 * @param settings η, ε, weight decay
 * @param rho ρ
 */
public record Adadelta(Hyperparameters settings, double rho) implements EpsilonOptimizer<Adadelta> {
    /** Checks the settings. */
    public Adadelta {
        GradientTransforms.scaleByAdadelta(rho, settings.epsilon());
    }

    /** Returns this optimizer with another decay rate of the squares, from 0 to 1. */
    public Adadelta rho(double rate) {
        return new Adadelta(settings, rate);
    }

    @Override
    public Adadelta with(Hyperparameters others) {
        return new Adadelta(others, rho);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByAdadelta(rho, settings.epsilon()), settings.rate());
    }
}
