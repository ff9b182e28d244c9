package propane.nn.optimizer;

import java.util.List;

/**
 * Gradients divided by the root of their squares so far. In formulas w is the weight, g its
 * gradient, η the learning rate.
 *
 * <ul>
 *   <li>{@link Optimizers#adagrad(double) adagrad}: Adagrad (Duchi et al., 2011): s ← s + g², w ← w
 *       − η·g / (√s + ε). The rate at which η itself falls is the schedule's.
 *   <li>{@link Optimizers#adadelta(double) adadelta}: Adadelta (Zeiler, 2012): s ← ρ·s + (1 −
 *       ρ)·g², d = √(u + ε) / √(s + ε)·g, u ← ρ·u + (1 − ρ)·d², w ← w − η·d.
 *   <li>{@link Optimizers#adafactor(double) adafactor}: Adafactor (Shazeer and Stern, 2018), in
 *       PyTorch's form: second moments of a matrix are kept as the means of their rows and columns
 *       only, r and c, so that v = r·cᵀ / mean r; those of other weights as they are. Their decay
 *       rate is 1 − t<sup>p</sup>. The update u = g / √v is scaled down to a root mean square of d,
 *       and w ← w − max(ε, RMS w)·min(η, 1 / √t)·u.
 * </ul>
 */
public final class AdaptiveOptimizer extends BuiltInOptimizer<AdaptiveOptimizer> {
    AdaptiveOptimizer(Hyperparameters settings, UpdateRule rule) {
        super(settings, rule);
    }

    @Override
    AdaptiveOptimizer with(Hyperparameters others) {
        return new AdaptiveOptimizer(others, rule);
    }

    /** Returns this optimizer with another ε, 0 or more, which keeps divisors from 0. */
    public AdaptiveOptimizer epsilon(double value) {
        return with(settings.epsilon(value));
    }

    /**
     * Adagrad.
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

    /**
     * Adadelta.
     *
     * @param rho ρ
     */
    record Adadelta(double rho) implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByAdadelta(rho, settings.epsilon()), settings.rate());
        }
    }

    /**
     * Adafactor.
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
}
