package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.spi.Preconditions;

import java.util.List;

/**
 * LARS. {@link MomentumOptimizer} has the formula.
 *
 * @param trustCoefficient κ
 * @param trustMask the weights whose rate is scaled
 */
record Lars(double trustCoefficient, WeightFilter trustMask) implements UpdateRule {
    Lars {
        Preconditions.given("trustMask: the weights", trustMask);
    }

    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByTrustRatio(trustCoefficient).masked(trustMask),
                settings.rate(),
                settings.momentum(0));
    }
}
