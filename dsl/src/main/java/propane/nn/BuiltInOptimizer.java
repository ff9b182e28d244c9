package propane.nn;

/**
 * What all built-in optimizers can be set to.
 *
 * @param <O> the optimizer itself
 */
interface BuiltInOptimizer<O extends Optimizer> extends ChainedOptimizer {
    /** Returns the settings that it shares with others. */
    Hyperparameters settings();

    /** Returns this optimizer with other shared settings. */
    O with(Hyperparameters settings);

    @Override
    default Schedule learningRate() {
        return settings().learningRate();
    }

    /** Returns this optimizer with a weight decay λ, 0 for none. */
    default O weightDecay(double lambda) {
        return weightDecay(new Schedules.Constant(lambda));
    }

    /** Returns this optimizer with a weight decay λ that follows a schedule. */
    default O weightDecay(Schedule lambda) {
        var now = settings();
        return with(now.decay(lambda, now.decayMask(), now.decoupledWeightDecay()));
    }

    /** Returns this optimizer with decay of some weights only. */
    default O decayMask(WeightFilter which) {
        var now = settings();
        return with(now.decay(now.weightDecay(), which, now.decoupledWeightDecay()));
    }

    /**
     * Returns this optimizer with η·λ·w taken from a weight apart from its gradient (Loshchilov and
     * Hutter, 2019), or with λ·w added to the gradient.
     */
    default O decoupledWeightDecay(boolean decoupled) {
        var now = settings();
        return with(now.decay(now.weightDecay(), now.decayMask(), decoupled));
    }
}
