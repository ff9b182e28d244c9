package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.spi.Preconditions;

import java.util.ArrayList;
import java.util.List;

/**
 * Adam and what is made of it. In formulas w is the weight, g its gradient, η the learning rate.
 *
 * <ul>
 *   <li>{@link Optimizers#adam(double) adam}: Adam (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, v
 *       ← β₂·v + (1 − β₂)·g², w ← w − η·m̂ / (√v̂ + ε), where m̂ and v̂ are corrected for their
 *       start at 0. With decoupled weight decay, AdamW (Loshchilov and Hutter, 2019); with the
 *       largest v̂ so far, AMSGrad (Reddi et al., 2018).
 *   <li>{@link Optimizers#adamax(double) adamax}: Adamax (Kingma and Ba, 2015): m ← β₁·m + (1 −
 *       β₁)·g, u ← max(β₂·u, |g| + ε), w ← w − η / (1 − β₁ᵗ)·m / u.
 *   <li>{@link Optimizers#lamb(double) lamb}: LAMB (You et al., 2020): Adam's step u = m̂ / (√v̂ +
 *       ε) + λ·w scaled, weight by weight, to the weight's norm, w ← w − η·‖w‖ / ‖u‖·u.
 *   <li>{@link Optimizers#nadam(double) nadam}: NAdam, Adam with Nesterov's momentum (Dozat, 2016),
 *       in PyTorch's form. With μₜ = β₁·(1 − ½·0.96<sup>t·ψ</sup>), Πₜ the product of all μ up to
 *       μₜ, and m, v as Adam's: w ← w − η·((1 − μₜ) / (1 − Πₜ)·g + μₜ₊₁ / (1 − Πₜ₊₁)·m) / (√v̂ +
 *       ε).
 *   <li>{@link Optimizers#radam(double) radam}: RAdam, Adam with a rectified second moment (Liu et
 *       al., 2020), in PyTorch's form: w ← w − η·m̂·r / (√v̂ + ε) once there are enough steps for v
 *       to have a spread, w ← w − η·m̂ before that. The factor r depends on the step alone.
 * </ul>
 */
public final class AdamOptimizer extends BuiltInOptimizer<AdamOptimizer> {
    AdamOptimizer(Hyperparameters settings, UpdateRule rule) {
        super(settings, rule);
    }

    @Override
    AdamOptimizer with(Hyperparameters others) {
        return new AdamOptimizer(others, rule);
    }

    /** Returns this optimizer with other decay rates of its two moments, each from 0 up to 1. */
    public AdamOptimizer betas(double first, double second) {
        return with(settings.betas(first, second));
    }

    /** Returns this optimizer with another ε, 0 or more, which keeps divisors from 0. */
    public AdamOptimizer epsilon(double value) {
        return with(settings.epsilon(value));
    }

    /**
     * Adam.
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

    /** Adamax. */
    record Adamax() implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByAdamax(
                            settings.beta1(), settings.beta2(), settings.epsilon()),
                    settings.rate());
        }
    }

    /**
     * LAMB.
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

    /**
     * NAdam.
     *
     * @param momentumDecay ψ
     */
    record Nadam(double momentumDecay) implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByNadam(
                            settings.beta1(), settings.beta2(), settings.epsilon(), momentumDecay),
                    settings.rate());
        }
    }

    /** RAdam. */
    record Radam() implements UpdateRule {
        @Override
        public List<GradientTransform> transforms(Hyperparameters settings) {
            return settings.decayed(
                    GradientTransforms.scaleByRadam(
                            settings.beta1(), settings.beta2(), settings.epsilon()),
                    settings.rate());
        }
    }
}
