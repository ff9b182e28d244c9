package propane.nn;

import java.util.List;

/**
 * Adamax (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, u ← max(β₂·u, |g| + ε), w ← w − η / (1 −
 * β₁ᵗ)·m / u.
 *
 * @param settings η, β, ε, weight decay
 */
public record Adamax(Hyperparameters settings)
        implements BetasOptimizer<Adamax>, EpsilonOptimizer<Adamax> {
    @Override
    public Adamax with(Hyperparameters others) {
        return new Adamax(others);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByAdamax(
                        settings.beta1(), settings.beta2(), settings.epsilon()),
                settings.rate());
    }
}
