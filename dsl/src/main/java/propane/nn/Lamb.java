package propane.nn;

import propane.spi.Preconditions;

import java.util.ArrayList;
import java.util.List;

/**
 * LAMB (You et al., 2020): Adam's step u = m̂ / (√v̂ + ε) + λ·w scaled, weight by weight, to the
 * weight's norm, w ← w − η·‖w‖ / ‖u‖·u.
 *
 * @param settings η, β, ε, weight decay
 * @param trustMask the weights whose step is scaled
 */
public record Lamb(Hyperparameters settings, WeightFilter trustMask)
        implements BetasOptimizer<Lamb>, EpsilonOptimizer<Lamb> {
    /** Checks the settings. */
    public Lamb {
        Preconditions.given("trustMask: the weights", trustMask);
    }

    /** Returns this optimizer with steps scaled for some weights only, such as matrices. */
    public Lamb trustMask(WeightFilter which) {
        return new Lamb(settings, which);
    }

    @Override
    public Lamb with(Hyperparameters others) {
        return new Lamb(others, trustMask);
    }

    @Override
    public List<GradientTransform> transforms() {
        var all =
                new ArrayList<GradientTransform>(
                        settings.decayed(
                                GradientTransforms.scaleByTrustRatio(1).masked(trustMask),
                                settings.rate()));
        all.addFirst(
                GradientTransforms.scaleByAdam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), false));
        return List.copyOf(all);
    }
}
