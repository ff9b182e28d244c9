package propane.nn.optimizer;

import java.util.List;

/**
 * Adafactor. {@link AdaptiveOptimizer} has the formula.
 *
 * @param decayRate p
 * @param clipThreshold d
 */
record Adafactor(double decayRate, double clipThreshold) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByFactoredRms(decayRate),
                GradientTransforms.clipByBlockRms(clipThreshold),
                GradientTransforms.scaleByParamBlockRms(settings.epsilon()),
                GradientTransforms.scaleByRelativeStep(settings.learningRate()));
    }
}
