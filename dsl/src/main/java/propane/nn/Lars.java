package propane.nn;

import propane.spi.Preconditions;

import java.util.List;

/**
 * LARS (You et al., 2017): gradient descent with momentum whose rate is scaled, weight by weight:
 * with d = g + λ·w, m ← μ·m + η·κ·‖w‖ / ‖d‖·d, w ← w − m.
 *
 * @param settings η, μ, weight decay
 * @param trustCoefficient κ
 * @param trustMask the weights whose rate is scaled
 */
public record Lars(Hyperparameters settings, double trustCoefficient, WeightFilter trustMask)
        implements MomentumOptimizer<Lars> {
    /** Checks the settings. */
    public Lars {
        GradientTransforms.scaleByTrustRatio(trustCoefficient);
        Preconditions.given("trustMask: the weights", trustMask);
    }

    /** Returns this optimizer with another κ, above 0. */
    public Lars trustCoefficient(double kappa) {
        return new Lars(settings, kappa, trustMask);
    }

    /** Returns this optimizer with rates scaled for some weights only, such as matrices. */
    public Lars trustMask(WeightFilter which) {
        return new Lars(settings, trustCoefficient, which);
    }

    @Override
    public Lars with(Hyperparameters others) {
        return new Lars(others, trustCoefficient, trustMask);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByTrustRatio(trustCoefficient).masked(trustMask),
                settings.rate(),
                settings.momentum(0));
    }
}
