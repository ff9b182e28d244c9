package propane.nn;

import java.util.List;

/**
 * NAdam, Adam with Nesterov's momentum (Dozat, 2016), in PyTorch's form. With μₜ = β₁·(1 −
 * ½·0.96<sup>t·ψ</sup>), Πₜ the product of all μ up to μₜ, and m, v as Adam's: w ← w − η·((1 − μₜ)
 * / (1 − Πₜ)·g + μₜ₊₁ / (1 − Πₜ₊₁)·m) / (√v̂ + ε).
 *
 * @param settings η, β, ε, weight decay
 * @param momentumDecay ψ
 */
public record Nadam(Hyperparameters settings, double momentumDecay)
        implements BetasOptimizer<Nadam>, EpsilonOptimizer<Nadam> {
    /** Checks the settings. */
    public Nadam {
        GradientTransforms.scaleByNadam(
                settings.beta1(), settings.beta2(), settings.epsilon(), momentumDecay);
    }

    /** Returns this optimizer with another ψ. */
    public Nadam momentumDecay(double psi) {
        return new Nadam(settings, psi);
    }

    @Override
    public Nadam with(Hyperparameters others) {
        return new Nadam(others, momentumDecay);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByNadam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), momentumDecay),
                settings.rate());
    }
}
