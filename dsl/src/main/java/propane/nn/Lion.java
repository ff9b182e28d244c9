package propane.nn;

import java.util.List;

/**
 * Lion (Chen et al., 2023): w ← w − η·(sign(β₁·m + (1 − β₁)·g) + λ·w), then m ← β₂·m + (1 − β₂)·g.
 * Its updates have the size η everywhere, so η is to be some 3 to 10 times smaller than Adam's.
 *
 * @param settings η, β, weight decay
 */
public record Lion(Hyperparameters settings) implements BetasOptimizer<Lion> {
    @Override
    public Lion with(Hyperparameters others) {
        return new Lion(others);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByLion(settings.beta1(), settings.beta2()),
                settings.rate());
    }
}
