package propane.nn.optimizer;

import java.util.List;

/**
 * Lion (Chen et al., 2023): w ← w − η·(sign(β₁·m + (1 − β₁)·g) + λ·w), then m ← β₂·m + (1 − β₂)·g.
 * Its updates have the size η everywhere, so η is to be some 3 to 10 times smaller than Adam's.
 */
public final class LionOptimizer extends BuiltInOptimizer<LionOptimizer> {
    LionOptimizer(Hyperparameters settings, UpdateRule rule) {
        super(settings, rule);
    }

    @Override
    LionOptimizer with(Hyperparameters others) {
        return new LionOptimizer(others, rule);
    }

    /** Returns this optimizer with other decay rates of its two moments, each from 0 up to 1. */
    public LionOptimizer betas(double first, double second) {
        return with(settings.betas(first, second));
    }

    /** Lion. */
    record Lion() implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByLion(settings.beta1(), settings.beta2()),
                    settings.rate());
        }
    }
}
