package propane.nn;

/** A built-in optimizer with a momentum. */
interface MomentumOptimizer<O extends Optimizer> extends BuiltInOptimizer<O> {
    /** Returns this optimizer with momentum μ, from 0 to 1. */
    default O momentum(double mu) {
        return momentum(new Schedules.Constant(mu));
    }

    /** Returns this optimizer with momentum μ that follows a schedule. */
    default O momentum(Schedule mu) {
        return with(settings().momentum(mu, settings().nesterov()));
    }

    /** Returns this optimizer with Nesterov's momentum, or with a plain one. */
    default O nesterov(boolean nesterov) {
        return with(settings().momentum(settings().momentum(), nesterov));
    }
}
