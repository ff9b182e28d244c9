package propane.nn.optimizer;

import java.util.List;

/**
 * Stochastic gradient descent. {@link MomentumOptimizer} has the formula.
 *
 * @param dampening τ
 */
record Sgd(double dampening) implements UpdateRule {
    @Override
    public List<GradientTransform> transforms(Hyperparameters settings) {
        return settings.decayed(settings.momentum(dampening), settings.rate());
    }
}
