package propane.tensor;

/**
 * Divisors of quotients of which some are not chosen: those divide by 1, so that none is infinite.
 */
final class SafeDivisor {
    private SafeDivisor() {}

    /** Returns divisors where their quotient is chosen, and 1 elsewhere. */
    static Tensor of(Tensor chosen, Tensor divisor) {
        return chosen.where(divisor, divisor.mul(0).add(1));
    }
}
