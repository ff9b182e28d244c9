package propane.nn.optimizer;

import java.util.List;

/**
 * Muon. {@link MomentumOptimizer} has the formula.
 *
 * @param rounded whether the iteration is rounded as bfloat16 is
 */
record Muon(boolean rounded) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.ema(settings.momentum(), settings.nesterov()),
                new Orthogonalize(rounded),
                settings.rate());
    }
}
