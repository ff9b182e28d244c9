package propane.nn.optimizer;

import java.util.List;

/**
 * Adadelta. {@link AdaptiveOptimizer} has the formula.
 *
 * @param rho ρ
 */
record Adadelta(double rho) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByAdadelta(rho, settings.epsilon()), settings.rate());
    }
}
