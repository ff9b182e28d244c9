package propane.nn.optimizer;

import java.util.List;

/**
 * NAdam. {@link AdamOptimizer} has the formula.
 *
 * @param momentumDecay ψ
 */
record Nadam(double momentumDecay) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByNadam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), momentumDecay),
                settings.rate());
    }
}
