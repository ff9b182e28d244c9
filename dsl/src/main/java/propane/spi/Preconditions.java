package propane.spi;

import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.tensor.PropaneException;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The rules that numbers and whatever else is set by hand obey. What is tested begins with whose
 * setting it is, for example {@code dense: units}; an error tells it with the number that was
 * given.
 */
public final class Preconditions {
    private Preconditions() {}

    /**
     * Requires that something is there, and returns it.
     *
     * @throws PropaneException if it is null, or an array that holds null
     */
    public static <T> T given(String what, T value) {
        if (Objects.isNull(value)
                || value instanceof Object[] all && Arrays.stream(all).anyMatch(Objects::isNull)) {
            throw broken(what + " is null", "give one, or leave the call out");
        }
        return value;
    }

    /**
     * Requires that a function of the user's returned something, and returns it.
     *
     * @throws PropaneException if it is null
     */
    public static <T> T returned(String what, T value) {
        if (Objects.isNull(value)) {
            throw broken(what + " returned null", "return what its comment asks for");
        }
        return value;
    }

    /**
     * Traces what the user wrote, and returns what it returned.
     *
     * @throws PropaneException if it returned null, or calls itself without end
     */
    public static <T> T traced(String what, Supplier<T> body) {
        try {
            return returned(what, body.get());
        } catch (StackOverflowError e) {
            String rule = " calls itself without end, or lies too deep for this thread's stack";
            String fix =
                    "look for a layer that applies itself, or run in a thread of more stack (-Xss)";
            throw new PropaneException(problem(what + rule, fix), e);
        }
    }

    /**
     * Requires a whole number from another one on, and returns it.
     *
     * @throws PropaneException if it is smaller
     */
    public static int atLeast(int least, String what, int value) {
        return (int) atLeast(least, what, (long) value);
    }

    /**
     * Requires a whole number from another one on, and returns it.
     *
     * @throws PropaneException if it is smaller
     */
    public static long atLeast(int least, String what, long value) {
        require(value >= least, what, least + " or more", String.valueOf(value));
        return value;
    }

    /**
     * Requires a finite number above 0, and returns it.
     *
     * @throws PropaneException if it is none
     */
    public static double positive(String what, double value) {
        return real(value > 0, what, "above 0", value);
    }

    /**
     * Requires a finite number from 0 on, and returns it.
     *
     * @throws PropaneException if it is none
     */
    public static double notNegative(String what, double value) {
        return real(value >= 0, what, "0 or more", value);
    }

    /**
     * Requires a number from 0 up to but not including 1, and returns it.
     *
     * @throws PropaneException if it is none
     */
    public static double belowOne(String what, double value) {
        return real(value >= 0 && value < 1, what, "from 0 up to but not including 1", value);
    }

    /**
     * Requires a number from 0 to 1, and returns it.
     *
     * @throws PropaneException if it is none
     */
    public static double share(String what, double value) {
        return real(value >= 0 && value <= 1, what, "from 0 to 1", value);
    }

    /**
     * Requires a number above 0 and below 1, and returns it.
     *
     * @throws PropaneException if it is none
     */
    public static double between(String what, double value) {
        return real(value > 0 && value < 1, what, "above 0 and below 1", value);
    }

    /**
     * Requires an array without elements that are not numbers, and returns it; infinite ones may
     * be.
     *
     * @throws NumericException if there is one
     */
    public static NDArray numbers(String what, NDArray value) {
        for (int i = 0; value.dtype().isFloat() && i < value.size(); i++) {
            if (Double.isNaN(value.at(i))) {
                throw new NumericException(
                        problem(
                                        what
                                                + ": element "
                                                + i
                                                + " of "
                                                + value.type()
                                                + " is not a number",
                                        "take weights from before the training diverged, such as"
                                                + " those of its best epoch")
                                .operand("value", value));
            }
        }
        return value;
    }

    private static double real(boolean holds, String what, String range, double value) {
        require(holds && Double.isFinite(value), what, range, String.valueOf(value));
        return value;
    }

    private static void require(boolean holds, String what, String range, String value) {
        if (!holds) {
            throw new PropaneException(
                    problem(
                                    what + " must be " + range + ", got " + value,
                                    "use a number that is " + range)
                            .operand("given", value));
        }
    }

    private static PropaneException broken(String rule, String fix) {
        return new PropaneException(problem(rule, fix));
    }

    private static Problem problem(String rule, String fix) {
        return Problem.ofRule(rule).fix(fix);
    }
}
