package propane.nn;

/** A built-in optimizer with a number that keeps divisors from 0. */
interface EpsilonOptimizer<O extends Optimizer> extends BuiltInOptimizer<O> {
    /** Returns this optimizer with another ε. */
    default O epsilon(double value) {
        return with(settings().moments(settings().beta1(), settings().beta2(), value));
    }
}
