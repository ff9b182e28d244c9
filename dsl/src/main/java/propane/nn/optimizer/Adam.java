package propane.nn.optimizer;

import java.util.List;

/**
 * Adam. {@link AdamOptimizer} has the formula.
 *
 * @param amsgrad whether v̂ is the largest so far
 */
record Adam(boolean amsgrad) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(
                GradientTransforms.scaleByAdam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), amsgrad),
                settings.rate());
    }
}
