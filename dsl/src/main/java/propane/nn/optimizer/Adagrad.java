package propane.nn.optimizer;

import java.util.List;

/**
 * Adagrad. {@link AdaptiveOptimizer} has the formula.
 *
 * @param initialAccumulatorValue s before the first step
 */
record Adagrad(double initialAccumulatorValue) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByRss(initialAccumulatorValue, settings.epsilon()),
                settings.rate());
    }
}
