package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;

import java.util.List;

/**
 * Gradient descent with momentum, and what is made of it. In formulas w is the weight, g its
 * gradient, η the learning rate, μ the momentum, τ the dampening, κ the trust coefficient, λ the
 * weight decay.
 *
 * <ul>
 *   <li>{@link Optimizers#sgd(double) sgd}: Stochastic gradient descent, w ← w − η·g, or with
 *       momentum: m ← μ·m + (1 − τ)·g, the first m being g; w ← w − η·m, or with Nesterov's
 *       momentum w ← w − η·(g + μ·m) (Sutskever et al., 2013, in PyTorch's form).
 *   <li>{@link Optimizers#lars(double) lars}: LARS (You et al., 2017): gradient descent with
 *       momentum whose rate is scaled, weight by weight: with d = g + λ·w, m ← μ·m + η·κ·‖w‖ /
 *       ‖d‖·d, w ← w − m.
 *   <li>{@link Optimizers#muon(double) muon}: Muon (Jordan et al., 2024), for weights of two axes:
 *       the momentum m ← μ·m + (1 − μ)·g, or with Nesterov's g + μ·(m − g), is brought near the
 *       closest matrix X with orthogonal rows or columns by five steps of a Newton–Schulz
 *       iteration; then w ← w − η·(√max(1, rows / columns)·X + λ·w). Use {@link
 *       Optimizers#paramGroups} to give all other weights to another one.
 * </ul>
 */
public final class MomentumOptimizer extends BuiltInOptimizer<MomentumOptimizer> {
    MomentumOptimizer(Hyperparameters settings, UpdateRule rule) {
        super(settings, rule);
    }

    @Override
    MomentumOptimizer with(Hyperparameters others) {
        return new MomentumOptimizer(others, rule);
    }

    /** Returns this optimizer with momentum μ, from 0 up to 1; 0 for none. */
    public MomentumOptimizer momentum(double mu) {
        return momentum(Moments.momentum(mu));
    }

    /** Returns this optimizer with momentum μ that follows a schedule. */
    public MomentumOptimizer momentum(Schedule mu) {
        return with(settings.momentum(mu, settings.nesterov()));
    }

    /** Returns this optimizer with Nesterov's momentum, or with a plain one. */
    public MomentumOptimizer nesterov(boolean nesterov) {
        return with(settings.momentum(settings.momentum(), nesterov));
    }

    /**
     * Stochastic gradient descent.
     *
     * @param dampening τ
     */
    record Sgd(double dampening) implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(settings.momentum(dampening), settings.rate());
        }
    }

    /**
     * LARS.
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

    /**
     * Muon.
     *
     * @param rounded whether the iteration is rounded as bfloat16 is
     */
    record Muon(boolean rounded) implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.ema(settings.momentum(), settings.nesterov()),
                    new Orthogonalize(rounded),
                    settings.rate());
        }
    }
}
