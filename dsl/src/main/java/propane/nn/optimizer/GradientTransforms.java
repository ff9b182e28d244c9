package propane.nn.optimizer;

import propane.nn.Initializers;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/** The parts that optimizers are chains of. */
public final class GradientTransforms {
    private GradientTransforms() {}

    /** Returns multiplication by the learning rate η, which every chain has once. */
    public static GradientTransform scaleByLearningRate(double learningRate) {
        return scaleByLearningRate(ScaleByLearningRate.rate("scaleByLearningRate", learningRate));
    }

    /** Returns multiplication by a learning rate that follows a schedule. */
    public static GradientTransform scaleByLearningRate(Schedule learningRate) {
        return new ScaleByLearningRate(learningRate, false);
    }

    /** Returns multiplication by min(η, 1 / √t), in place of η alone (Shazeer and Stern, 2018). */
    public static GradientTransform scaleByRelativeStep(Schedule learningRate) {
        return new ScaleByLearningRate(learningRate, true);
    }

    /** Returns u + λ·w: before all other parts, the gradient of an L2 penalty. */
    public static GradientTransform addDecayedWeights(double lambda) {
        return addDecayedWeights(Moments.decay(lambda));
    }

    /** Returns u + λ·w with λ by a schedule. */
    public static GradientTransform addDecayedWeights(Schedule lambda) {
        return decay("addDecayedWeights", lambda, false);
    }

    /** Returns u + η·λ·w, to be put after {@link #scaleByLearningRate}. */
    public static GradientTransform decoupledWeightDecay(double lambda) {
        return decoupledWeightDecay(Moments.decay(lambda));
    }

    /** Returns u + η·λ·w with λ by a schedule. */
    public static GradientTransform decoupledWeightDecay(Schedule lambda) {
        return decay("decoupledWeightDecay", lambda, true);
    }

    static GradientTransform decay(String kind, Schedule lambda, boolean decoupled) {
        Moments.requireDecay(lambda);
        GradientTransform decay =
                (slots, u, w) -> {
                    Tensor share = w.mul(slots.scheduled("weight_decay", lambda));
                    return u.add(decoupled ? share.mul(slots.learningRate()) : share);
                };
        return Part.of(kind, ScheduleForm.isZero(lambda) ? (_, u, _) -> u : decay, lambda);
    }

    /** Returns momentum, m ← μ·m + u; optax calls it a trace. */
    public static GradientTransform momentum(double mu) {
        return momentum(Moments.momentum(mu));
    }

    /** Returns momentum with μ by a schedule. */
    public static GradientTransform momentum(Schedule mu) {
        return momentum(mu, 0, false);
    }

    /**
     * Returns momentum, the first m being u, later ones m ← μ·m + (1 − τ)·u; or Nesterov's, then u
     * + μ·m (Sutskever et al., 2013, in PyTorch's form).
     *
     * @param mu μ, from 0 to 1; constantly 0, the update stays as it is
     * @param dampening τ, from 0 to 1
     * @param nesterov whether it is Nesterov's
     */
    public static GradientTransform momentum(Schedule mu, double dampening, boolean nesterov) {
        Moments.requireMomentum(mu);
        Preconditions.share("dampening: the share", dampening);
        GradientTransform momentum =
                (slots, u, _) -> {
                    Tensor share = slots.scheduled("momentum", mu, 1);
                    Tensor m = slots.slot("momentum");
                    Tensor taken = dampening == 0 ? u : u.mul(Moments.dampened(slots, dampening));
                    Tensor next = slots.moved(m, m.mul(share).add(taken));
                    return nesterov ? u.add(next.mul(share)) : next;
                };
        return Part.of(
                "momentum",
                ScheduleForm.isZero(mu)
                        ? (_, u, _) -> Moments.plain(u, dampening, nesterov)
                        : momentum,
                mu,
                dampening,
                nesterov);
    }

    /** Returns the exponential moving average m ← μ·m + (1 − μ)·u. */
    public static GradientTransform ema(double mu) {
        return ema(Moments.momentum(mu), false);
    }

    /**
     * Returns the exponential moving average m ← μ·m + (1 − μ)·u; or Nesterov's, then u + μ·(m −
     * u).
     *
     * @param mu μ, from 0 to 1
     * @param nesterov whether it is Nesterov's
     */
    public static GradientTransform ema(Schedule mu, boolean nesterov) {
        Moments.requireMomentum(mu);
        GradientTransform average =
                (slots, u, _) -> {
                    Tensor share = slots.scheduled("momentum", mu, 1);
                    Tensor m = slots.slot("momentum");
                    Tensor next = slots.moved(m, m.mul(share).add(u.mul(Moments.rest(mu, share))));
                    return nesterov ? u.add(next.sub(u).mul(share)) : next;
                };
        return Part.of("ema", average, mu, nesterov);
    }

    /** Returns the signs of updates: −1, 0 or 1. */
    public static GradientTransform sign() {
        return Part.of("sign", (_, u, _) -> u.sign());
    }

    /** Returns sign(β₁·m + (1 − β₁)·u), then m ← β₂·m + (1 − β₂)·u (Chen et al., 2023). */
    public static GradientTransform scaleByLion(double beta1, double beta2) {
        Moments.requireBetas(beta1, beta2);
        GradientTransform lion =
                (slots, u, _) -> {
                    Tensor m = slots.slot("m");
                    slots.set(m, Moments.running(beta2, m, u));
                    return Moments.running(beta1, m, u).sign();
                };
        return Part.of("scaleByLion", lion, beta1, beta2);
    }

    /** Returns s ← s + u², u / (√s + ε), with a first s (Duchi et al., 2011). */
    public static GradientTransform scaleByRss(double initialAccumulatorValue, double epsilon) {
        Preconditions.notNegative("initialAccumulatorValue: the value", initialAccumulatorValue);
        Moments.requireEpsilon(epsilon);
        var start = Initializers.constant(initialAccumulatorValue);
        GradientTransform rss =
                (slots, u, w) -> {
                    Tensor s = slots.slot("square", w.shape(), start);
                    return u.div(slots.moved(s, s.add(u.square())).sqrt().add(epsilon));
                };
        return Part.of("scaleByRss", rss, initialAccumulatorValue, epsilon);
    }

    /** Returns s ← α·s + (1 − α)·u², u / (√s + ε) (Hinton, 2012). */
    public static GradientTransform scaleByRms(double alpha, double epsilon) {
        return scaleByRms(alpha, epsilon, false);
    }

    /**
     * Returns s ← α·s + (1 − α)·u², u / (√s + ε) (Hinton, 2012).
     *
     * @param centered whether the square of the moving mean is taken from s (Graves, 2013)
     */
    public static GradientTransform scaleByRms(double alpha, double epsilon, boolean centered) {
        Preconditions.belowOne("alpha: the value", alpha);
        Moments.requireEpsilon(epsilon);
        GradientTransform rms =
                (slots, u, _) -> {
                    Tensor s = Moments.moved(slots, "square", alpha, u.square());
                    if (centered) {
                        Tensor mean = Moments.moved(slots, "mean", alpha, u);
                        // Rounding may leave a little less than nothing, whose root is no number.
                        s = s.sub(mean.square()).maximum(0);
                    }
                    return u.div(s.sqrt().add(epsilon));
                };
        return Part.of("scaleByRms", rms, alpha, epsilon, centered);
    }

    /**
     * Returns s ← ρ·s + (1 − ρ)·u², d = √(v + ε) / √(s + ε)·u, v ← ρ·v + (1 − ρ)·d², then d
     * (Zeiler, 2012).
     */
    public static GradientTransform scaleByAdadelta(double rho, double epsilon) {
        Preconditions.belowOne("rho: the value", rho);
        Moments.requireEpsilon(epsilon);
        GradientTransform adadelta =
                (slots, u, _) -> {
                    Tensor s = Moments.moved(slots, "square", rho, u.square());
                    Tensor v = slots.slot("update");
                    Tensor d = v.add(epsilon).sqrt().div(s.add(epsilon).sqrt()).mul(u);
                    slots.set(v, Moments.running(rho, v, d.square()));
                    return d;
                };
        return Part.of("scaleByAdadelta", adadelta, rho, epsilon);
    }

    /**
     * Returns m ← β₁·m + (1 − β₁)·u, v ← β₂·v + (1 − β₂)·u², m̂ / (√v̂ + ε), where m̂ and v̂ are
     * corrected for their start at 0 (Kingma and Ba, 2015).
     */
    public static GradientTransform scaleByAdam(double beta1, double beta2, double epsilon) {
        return scaleByAdam(beta1, beta2, epsilon, false);
    }

    /**
     * Returns Adam's scaling.
     *
     * @param amsgrad whether v̂ is the largest so far (Reddi et al., 2018)
     */
    public static GradientTransform scaleByAdam(
            double beta1, double beta2, double epsilon, boolean amsgrad) {
        Moments.requireBetas(beta1, beta2);
        Moments.requireEpsilon(epsilon);
        GradientTransform adam =
                (slots, u, _) -> {
                    Tensor m = Moments.moved(slots, "m", beta1, u);
                    Tensor v = Moments.moved(slots, "v", beta2, u.square());
                    if (amsgrad) {
                        Tensor before = slots.slot("largest_v");
                        v = slots.moved(before, before.maximum(v));
                    }
                    Tensor first = Moments.correction(beta1, slots.step());
                    Tensor root = Moments.correction(beta2, slots.step()).sqrt();
                    // Both corrections are of one element, and meet √v in one product.
                    return m.div(v.sqrt().mul(first.div(root)).add(first.mul(epsilon)));
                };
        return Part.of("scaleByAdam", adam, beta1, beta2, epsilon, amsgrad);
    }

    /** Returns m ← β₁·m + (1 − β₁)·u, v ← max(β₂·v, |u| + ε), m̂ / v (Kingma and Ba, 2015). */
    public static GradientTransform scaleByAdamax(double beta1, double beta2, double epsilon) {
        Moments.requireBetas(beta1, beta2);
        Moments.requireEpsilon(epsilon);
        GradientTransform adamax =
                (slots, u, _) -> {
                    Tensor m = Moments.moved(slots, "m", beta1, u);
                    Tensor v = slots.slot("u");
                    Tensor next = slots.moved(v, v.mul(beta2).maximum(u.abs().add(epsilon)));
                    return m.div(next.mul(Moments.correction(beta1, slots.step())));
                };
        return Part.of("scaleByAdamax", adamax, beta1, beta2, epsilon);
    }

    /** Returns Adam's scaling with Nesterov's momentum that grows by ψ (Dozat, 2016). */
    public static GradientTransform scaleByNadam(
            double beta1, double beta2, double epsilon, double momentumDecay) {
        return new ScaleByNadam(beta1, beta2, epsilon, momentumDecay);
    }

    /** Returns Adam's scaling with a rectified second moment (Liu et al., 2020). */
    public static GradientTransform scaleByRadam(double beta1, double beta2, double epsilon) {
        return new ScaleByRadam(beta1, beta2, epsilon);
    }

    /**
     * Returns u / √v with second moments that are kept by rows and columns (Shazeer and Stern,
     * 2018).
     *
     * @param decayRate p of the moments' decay rate 1 − t<sup>p</sup>, not above 0
     */
    public static GradientTransform scaleByFactoredRms(double decayRate) {
        return new ScaleByFactoredRms(decayRate);
    }

    /** Returns u / max(1, RMS u / d), updates of a root mean square of d at most. */
    public static GradientTransform clipByBlockRms(double threshold) {
        Preconditions.positive("clipThreshold: the largest root mean square", threshold);
        GradientTransform clip =
                (_, u, _) -> u.div(Moments.rootMeanSquare(u).mul(1 / threshold).maximum(1));
        return Part.of("clipByBlockRms", clip, threshold);
    }

    /** Returns max(ε, RMS w)·u, updates as large as the weight, or as a smallest one. */
    public static GradientTransform scaleByParamBlockRms(double smallest) {
        Moments.requireEpsilon(smallest);
        GradientTransform scale = (_, u, w) -> u.mul(Moments.rootMeanSquare(w).maximum(smallest));
        return Part.of("scaleByParamBlockRms", scale, smallest);
    }

    /**
     * Returns κ·‖w‖ / ‖u‖·u, or u where one of the norms is 0 (You et al., 2017 and 2020).
     *
     * @param coefficient κ, above 0
     */
    public static GradientTransform scaleByTrustRatio(double coefficient) {
        Preconditions.positive("trustCoefficient: the value", coefficient);
        GradientTransform scale =
                (_, u, w) -> {
                    Tensor size = Moments.norm(w);
                    Tensor length = Moments.norm(u);
                    Tensor one = Tensor.onesLike(length);
                    Tensor divisor = length.greater(0).where(length, one);
                    Tensor ratio = size.mul(coefficient).div(divisor);
                    return u.mul(size.minimum(length).greater(0).where(ratio, one));
                };
        return Part.of("scaleByTrustRatio", scale, coefficient);
    }

    /**
     * Returns a matrix near the closest one of orthogonal rows or columns (Jordan et al., 2024).
     */
    public static GradientTransform orthogonalize() {
        return new Orthogonalize(false);
    }
}
