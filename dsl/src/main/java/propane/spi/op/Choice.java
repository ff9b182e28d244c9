package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Values of which some are chosen. What is not chosen is put away by a select, never by a product
 * with 0, which would keep what is infinite or not a number.
 */
final class Choice {
    private Choice() {}

    /** Returns values where they are chosen, and 0 elsewhere. */
    static Tensor orZero(Tensor chosen, Tensor value) {
        return chosen.where(value, number(value, 0));
    }

    /** Returns 0 where a condition holds, and values elsewhere. */
    static Tensor zeroOr(Tensor condition, Tensor value) {
        return condition.where(number(value, 0), value);
    }

    /** Returns divisors where their quotient is chosen, and 1 elsewhere. */
    static Tensor orOne(Tensor chosen, Tensor divisor) {
        return chosen.where(divisor, number(divisor, 1));
    }

    /** Returns 1 where a condition holds, and divisors elsewhere. */
    static Tensor oneOr(Tensor condition, Tensor divisor) {
        return condition.where(number(divisor, 1), divisor);
    }

    private static Tensor number(Tensor like, double value) {
        return Tensor.full(like.type().with(Shape.shape()), value);
    }
}
