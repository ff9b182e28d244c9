package propane.nn;

import java.util.List;

/**
 * Stochastic gradient descent, w ← w − η·g, or with momentum: m ← μ·m + (1 − τ)·g, the first m
 * being g; w ← w − η·m, or with Nesterov's momentum w ← w − η·(g + μ·m) (Sutskever et al., 2013, in
 * PyTorch's form).
 *
 * @param settings η, μ, weight decay
 * @param dampening τ
 */
public record Sgd(Hyperparameters settings, double dampening) implements MomentumOptimizer<Sgd> {
    /** Checks the settings. */
    public Sgd {
        settings.momentum(dampening);
    }

    /** Returns this optimizer with the share τ of the gradient kept out of the momentum. */
    public Sgd dampening(double tau) {
        return new Sgd(settings, tau);
    }

    @Override
    public Sgd with(Hyperparameters others) {
        return new Sgd(others, dampening);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(settings.momentum(dampening), settings.rate());
    }
}
