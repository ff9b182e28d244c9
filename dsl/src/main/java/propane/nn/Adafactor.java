package propane.nn;

import java.util.List;

/**
 * Adafactor (Shazeer and Stern, 2018), in PyTorch's form: second moments of a matrix are kept as
 * the means of their rows and columns only, r and c, so that v = r·cᵀ / mean r; those of other
 * weights as they are. Their decay rate is 1 − t<sup>p</sup>. The update u = g / √v is scaled down
 * to a root mean square of d, and w ← w − max(ε, RMS w)·min(η, 1 / √t)·u.
 *
 * @param settings η, ε, weight decay
 * @param decayRate p
 * @param clipThreshold d
 */
public record Adafactor(Hyperparameters settings, double decayRate, double clipThreshold)
        implements EpsilonOptimizer<Adafactor> {
    /** Checks the settings. */
    public Adafactor {
        GradientTransforms.scaleByFactoredRms(decayRate);
        GradientTransforms.clipByBlockRms(clipThreshold);
    }

    /** Returns this optimizer with another power of t in the decay rate, not above 0. */
    public Adafactor decayRate(double power) {
        return new Adafactor(settings, power, clipThreshold);
    }

    /** Returns this optimizer with another largest root mean square of updates. */
    public Adafactor clipThreshold(double rootMeanSquare) {
        return new Adafactor(settings, decayRate, rootMeanSquare);
    }

    @Override
    public Adafactor with(Hyperparameters others) {
        return new Adafactor(others, decayRate, clipThreshold);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.scaleByFactoredRms(decayRate),
                GradientTransforms.clipByBlockRms(clipThreshold),
                GradientTransforms.scaleByParamBlockRms(settings.epsilon()),
                GradientTransforms.scaleByRelativeStep(settings.learningRate()));
    }
}
