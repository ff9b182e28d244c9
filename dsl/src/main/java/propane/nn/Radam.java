package propane.nn;

import java.util.List;

/**
 * RAdam, Adam with a rectified second moment (Liu et al., 2020), in PyTorch's form: w ← w − η·m̂·r
 * / (√v̂ + ε) once there are enough steps for v to have a spread, w ← w − η·m̂ before that. The
 * factor r depends on the step alone.
 *
 * @param settings η, β, ε, weight decay
 */
public record Radam(Hyperparameters settings)
        implements BetasOptimizer<Radam>, EpsilonOptimizer<Radam> {
    @Override
    public Radam with(Hyperparameters others) {
        return new Radam(others);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByRadam(
                        settings.beta1(), settings.beta2(), settings.epsilon()),
                settings.rate());
    }
}
