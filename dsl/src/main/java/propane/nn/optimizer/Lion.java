package propane.nn.optimizer;

import java.util.List;

/** Lion. {@link LionOptimizer} has the formula. */
record Lion() implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByLion(settings.beta1(), settings.beta2()),
                settings.rate());
    }
}
