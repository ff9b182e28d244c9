package propane.nn.optimizer;

import java.util.List;

/** Adamax. {@link AdamOptimizer} has the formula. */
record Adamax() implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByAdamax(
                        settings.beta1(), settings.beta2(), settings.epsilon()),
                settings.rate());
    }
}
