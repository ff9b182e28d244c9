package propane.nn;

import propane.tensor.Preconditions;
import propane.tensor.PropaneException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A number that changes with the step, such as a learning rate; a pure function. What depends on
 * how a run goes is none: rates that fall where a metric stands still are an option of the run,
 * {@code reduceLrOnPlateau}.
 *
 * {@snippet :
 * Schedule usual = cosineDecay(1e-3, 10_000).warmup(500);
 * Schedule twoPhases = constant(1e-2).then(1_000, exponentialDecay(1e-2, 0.999));
 * Schedule ownRoot = step -> 1e-3 / Math.sqrt(1 + step);
 * for (Schedule schedule : List.of(usual, twoPhases, ownRoot, oneCycle(0.1, 2_000))) {
 *     System.out.println(schedule.at(0) + " " + schedule.at(1_500));
 * }
 * }
 */
@FunctionalInterface
public interface Schedule {
    /**
     * Returns the value at a step.
     *
     * @param step the number of weight updates made before; 0 at the first
     */
    double at(long step);

    /** Returns one value at all steps. */
    static Schedule constant(double value) {
        return new Schedules.Constant(rate("constant", value));
    }

    /**
     * Returns a fall to 0 along half a cosine (Loshchilov and Hutter, 2017); steps beyond it rise
     * again along the same cosine, as PyTorch's do.
     *
     * @param from the value at the first step
     * @param steps the number of steps the fall takes, at least 1
     */
    static Schedule cosineDecay(double from, long steps) {
        return cosineDecay(from, 0, steps);
    }

    /** Returns a fall along half a cosine to a last value. */
    static Schedule cosineDecay(double from, double to, long steps) {
        return new Schedules.Cosine(
                rate("cosineDecay", from), rate("cosineDecay", to), positive("cosineDecay", steps));
    }

    /**
     * Returns a value that is multiplied by a factor every so many steps.
     *
     * @param every the number of steps, at least 1
     */
    static Schedule stepDecay(double from, double factor, long every) {
        return new Schedules.Step(
                rate("stepDecay", from), factor("stepDecay", factor), positive("stepDecay", every));
    }

    /** Returns a value that is multiplied by a factor at each step. */
    static Schedule exponentialDecay(double from, double factor) {
        return new Schedules.Exponential(
                rate("exponentialDecay", from), factor("exponentialDecay", factor));
    }

    /**
     * Returns a value that is multiplied by a factor at each of some steps.
     *
     * @param milestones the steps, growing
     */
    static Schedule multiStepDecay(double from, double factor, long... milestones) {
        Preconditions.given("multiStepDecay: milestones", milestones);
        return new Schedules.MultiStep(
                rate("multiStepDecay", from),
                factor("multiStepDecay", factor),
                growing("multiStepDecay", milestones));
    }

    /**
     * Returns a fall to 0 as a power of what is left of the way: from · (1 − step /
     * steps)<sup>power </sup>, then 0.
     *
     * @param steps the number of steps the fall takes, at least 1
     */
    static Schedule polynomialDecay(double from, double power, long steps) {
        return new Schedules.Polynomial(
                rate("polynomialDecay", from),
                Preconditions.notNegative("polynomialDecay: the power", power),
                positive("polynomialDecay", steps));
    }

    /** Returns an even fall (or rise) from a first value to a last one, which then stays. */
    static Schedule linear(double from, double to, long steps) {
        return new Schedules.Linear(
                rate("linear", from), rate("linear", to), positive("linear", steps));
    }

    /**
     * Returns falls along half a cosine that start again and again, each longer than the last by a
     * factor (Loshchilov and Hutter, 2017).
     *
     * @param from the value at the start of each fall
     * @param steps the number of steps of the first fall, at least 1
     * @param longer the factor, at least 1
     */
    static Schedule cosineWarmRestarts(double from, long steps, long longer) {
        return cosineWarmRestarts(from, 0, steps, longer);
    }

    /** Returns falls along half a cosine to a last value that start again and again. */
    static Schedule cosineWarmRestarts(double from, double to, long steps, long longer) {
        return new Schedules.CosineRestarts(
                rate("cosineWarmRestarts", from),
                rate("cosineWarmRestarts", to),
                positive("cosineWarmRestarts", steps),
                Preconditions.atLeast(1, "cosineWarmRestarts: the factor of length", longer));
    }

    /**
     * Returns one rise and fall along half cosines (Smith and Topin, 2017): from a 25th of the
     * largest value up to it over the first 30 % of the steps, down to a 250,000th at the last.
     *
     * @param largest the largest value
     * @param steps the number of steps, at least 2; the value then stays at the last
     */
    static Schedule oneCycle(double largest, long steps) {
        return oneCycle(largest, steps, 0.3, 25, 1e4);
    }

    /**
     * Returns one rise and fall along half cosines.
     *
     * @param largest the largest value
     * @param steps the number of steps, at least 2; the value then stays at the last
     * @param rise the share of the steps that the rise takes, above 0 and below 1
     * @param first by what the largest value is divided at the first step
     * @param last by what the first value is divided at the last step
     */
    static Schedule oneCycle(double largest, long steps, double rise, double first, double last) {
        if (steps < 2 || !(rise * steps > 1 && rise < 1)) {
            throw new PropaneException(
                    "oneCycle: a rise and a fall, each of a step or more, do not fit into "
                            + steps
                            + " steps with a rise of "
                            + rise
                            + "\n    fix: more steps, or a longer rise below 1");
        }
        return new Schedules.OneCycle(
                rate("oneCycle", largest),
                steps,
                rise,
                Preconditions.positive("oneCycle: the first divisor", first),
                Preconditions.positive("oneCycle: the last divisor", last));
    }

    /**
     * Returns this schedule up to a step, from which on another one runs as from its own start.
     *
     * @param step the first step of the other one, at least 1
     */
    default Schedule join(long step, Schedule next) {
        return new Schedules.Joined(this, positive("then", step), next);
    }

    /**
     * Returns this schedule multiplied by a share that grows evenly from 0 to 1.
     *
     * @param steps the number of steps until the share is 1, at least 1
     */
    default Schedule warmup(long steps) {
        return warmup(0, steps);
    }

    /** Returns this schedule multiplied by a share that grows evenly from a first share to 1. */
    default Schedule warmup(double firstShare, long steps) {
        return new Schedules.Warmup(
                this,
                Preconditions.share("warmup: the first share", firstShare),
                positive("warmup", steps));
    }

    private static List<Long> growing(String what, long[] steps) {
        if (steps.length == 0) {
            throw new PropaneException(
                    what + ": names no step\n    fix: name one or more, growing");
        }
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] < 1 || i > 0 && steps[i] <= steps[i - 1]) {
                throw new PropaneException(
                        what
                                + ": the steps must grow from 1 on, got "
                                + Arrays.toString(steps)
                                + "\n    fix: name each once, in order");
            }
        }
        return LongStream.of(steps).boxed().toList();
    }

    private static long positive(String what, long steps) {
        return Preconditions.atLeast(1, what + ": the number of steps", steps);
    }

    private static double rate(String what, double value) {
        return Preconditions.notNegative(what + ": the value", value);
    }

    private static double factor(String what, double value) {
        return Preconditions.notNegative(what + ": the factor", value);
    }
}
