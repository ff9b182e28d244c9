package propane.nn.optimizer;

import java.util.List;

/**
 * RMSprop. {@link RmspropOptimizer} has the formula.
 *
 * @param alpha α
 * @param centered whether gradients are divided by their standard deviation
 */
record Rmsprop(double alpha, boolean centered) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByRms(alpha, settings.epsilon(), centered),
                settings.momentum(0),
                settings.rate());
    }
}
