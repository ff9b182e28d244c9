package propane.nn;

/** A built-in optimizer with two moving averages. */
interface BetasOptimizer<O extends Optimizer> extends BuiltInOptimizer<O> {
    /** Returns this optimizer with other decay rates of the averages, each from 0 to 1. */
    default O betas(double first, double second) {
        return with(settings().moments(first, second, settings().epsilon()));
    }
}
