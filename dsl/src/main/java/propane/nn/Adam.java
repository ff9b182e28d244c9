package propane.nn;

import java.util.List;

/**
 * Adam (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂ / (√v̂ +
 * ε), where m̂ and v̂ are corrected for their start at 0. With decoupled weight decay, AdamW
 * (Loshchilov and Hutter, 2019); with the largest v̂ so far, AMSGrad (Reddi et al., 2018).
 *
 * @param settings η, β, ε, weight decay
 * @param amsgrad whether v̂ is the largest so far
 */
public record Adam(Hyperparameters settings, boolean amsgrad)
        implements BetasOptimizer<Adam>, EpsilonOptimizer<Adam> {
    /** Returns this optimizer with the largest second moment so far, or with the present one. */
    public Adam amsgrad(boolean isLargest) {
        return new Adam(settings, isLargest);
    }

    @Override
    public Adam with(Hyperparameters others) {
        return new Adam(others, amsgrad);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByAdam(
                        settings.beta1(), settings.beta2(), settings.epsilon(), amsgrad),
                settings.rate());
    }
}
