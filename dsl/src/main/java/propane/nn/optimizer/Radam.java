package propane.nn.optimizer;

import java.util.List;

/** RAdam. {@link AdamOptimizer} has the formula. */
record Radam() implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByRadam(
                        settings.beta1(), settings.beta2(), settings.epsilon()),
                settings.rate());
    }
}
