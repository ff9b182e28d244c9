package propane.nn;

import java.util.List;

/**
 * Muon (Jordan et al., 2024), for weights of two axes: the momentum m ← μ·m + (1 − μ)·g, or with
 * Nesterov's g + μ·(m − g), is brought near the closest matrix X with orthogonal rows or columns by
 * five steps of a Newton–Schulz iteration; then w ← w − η·(√max(1, rows / columns)·X + λ·w). Use
 * {@link Optimizers#paramGroups} to give all other weights to another one.
 *
 * @param settings η, μ, weight decay
 * @param rounded whether the iteration is rounded as bfloat16 is
 */
public record Muon(Hyperparameters settings, boolean rounded) implements MomentumOptimizer<Muon> {
    /**
     * Returns this optimizer with the iteration rounded to bfloat16's eight significant bits after
     * each product, so that float32 engines get what PyTorch's gets, or not. It is neither faster
     * nor more exact.
     */
    public Muon rounded(boolean isRounded) {
        return new Muon(settings, isRounded);
    }

    @Override
    public Muon with(Hyperparameters others) {
        return new Muon(others, rounded);
    }

    @Override
    public List<GradientTransform> transforms() {
        return settings.decayed(
                GradientTransforms.ema(settings.momentum(), settings.nesterov()),
                new Orthogonalize(rounded),
                settings.rate());
    }
}
