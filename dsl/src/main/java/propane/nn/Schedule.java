package propane.nn;

import propane.tensor.PropaneException;

/** A number that changes with the step, such as a learning rate; a pure function. */
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
        return new Schedules.Constant(value);
    }

    /**
     * Returns a fall to 0 along half a cosine (Loshchilov and Hutter, 2017); steps beyond it rise
     * again along the same cosine, as PyTorch's do.
     *
     * @param from the value at the first step
     * @param steps the number of steps the fall takes, at least 1
     */
    static Schedule cosine(double from, long steps) {
        return cosine(from, 0, steps);
    }

    /** Returns a fall along half a cosine to a last value. */
    static Schedule cosine(double from, double to, long steps) {
        return new Schedules.Cosine(from, to, positive("cosine", steps));
    }

    /**
     * Returns a value that is multiplied by a factor every so many steps.
     *
     * @param every the number of steps, at least 1
     */
    static Schedule step(double from, double factor, long every) {
        return new Schedules.Step(from, factor, positive("step", every));
    }

    /** Returns a value that is multiplied by a factor at each step. */
    static Schedule exponential(double from, double factor) {
        return new Schedules.Exponential(from, factor);
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
        return new Schedules.Warmup(this, firstShare, positive("warmup", steps));
    }

    private static long positive(String what, long steps) {
        if (steps < 1) {
            throw new PropaneException(what + ": at least 1 step, got " + steps);
        }
        return steps;
    }
}
