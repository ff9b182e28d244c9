package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.spi.Preconditions;

import java.util.ArrayList;
import java.util.List;

/**
 * LAMB. {@link AdamOptimizer} has the formula.
 *
 * @param trustMask the weights whose step is scaled
 */
record Lamb(WeightFilter trustMask) implements UpdateRule {
    Lamb {
        Preconditions.given("trustMask: the weights", trustMask);
    }

    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        var all =
                new ArrayList<GradientTransform>(
                        settings.decayed(
                                GradientTransforms.scaleByTrustRatio(1).masked(trustMask),
                                settings.rate()));
        all.addFirst(
                GradientTransforms.scaleByAdam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), false));
        return List.copyOf(all);
    }
}
