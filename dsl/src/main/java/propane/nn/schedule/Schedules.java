package propane.nn.schedule;

import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** The built-in schedules. */
public final class Schedules {
    private Schedules() {}

    /** Returns one value at all steps. */
    public static Schedule constant(double value) {
        return new Constant(rate("constant", value));
    }

    /**
     * Returns a fall to 0 along half a cosine (Loshchilov and Hutter, 2017); steps beyond it rise
     * again along the same cosine, as PyTorch's do.
     *
     * @param from the value at the first step
     * @param steps the number of steps the fall takes, at least 1
     */
    public static Schedule cosineDecay(double from, long steps) {
        return cosineDecay(from, 0, steps);
    }

    /** Returns a fall along half a cosine to a last value. */
    public static Schedule cosineDecay(double from, double to, long steps) {
        return new Cosine(
                rate("cosineDecay", from), rate("cosineDecay", to), positive("cosineDecay", steps));
    }

    /**
     * Returns a value that is multiplied by a factor every so many steps.
     *
     * @param every the number of steps, at least 1
     */
    public static Schedule stepDecay(double from, double factor, long every) {
        return new Step(
                rate("stepDecay", from), factor("stepDecay", factor), positive("stepDecay", every));
    }

    /** Returns a value that is multiplied by a factor at each step. */
    public static Schedule exponentialDecay(double from, double factor) {
        return new Exponential(rate("exponentialDecay", from), factor("exponentialDecay", factor));
    }

    /**
     * Returns a value that is multiplied by a factor at each of some steps.
     *
     * @param milestones the steps, growing
     */
    public static Schedule multiStepDecay(double from, double factor, long... milestones) {
        Preconditions.given("multiStepDecay: milestones", milestones);
        return new MultiStep(
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
    public static Schedule polynomialDecay(double from, double power, long steps) {
        return new Polynomial(
                rate("polynomialDecay", from),
                Preconditions.notNegative("polynomialDecay: the power", power),
                positive("polynomialDecay", steps));
    }

    /** Returns an even fall (or rise) from a first value to a last one, which then stays. */
    public static Schedule linear(double from, double to, long steps) {
        return new Linear(rate("linear", from), rate("linear", to), positive("linear", steps));
    }

    /**
     * Returns falls along half a cosine that start again and again, each longer than the last by a
     * factor (Loshchilov and Hutter, 2017).
     *
     * @param from the value at the start of each fall
     * @param steps the number of steps of the first fall, at least 1
     * @param longer the factor, at least 1
     */
    public static Schedule cosineWarmRestarts(double from, long steps, long longer) {
        return cosineWarmRestarts(from, 0, steps, longer);
    }

    /** Returns falls along half a cosine to a last value that start again and again. */
    public static Schedule cosineWarmRestarts(double from, double to, long steps, long longer) {
        return new CosineRestarts(
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
    public static Schedule oneCycle(double largest, long steps) {
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
    public static Schedule oneCycle(
            double largest, long steps, double rise, double first, double last) {
        if (steps < 2 || !(rise * steps > 1 && rise < 1)) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "oneCycle: a rise and a fall, each of a step or more, do not"
                                            + " fit into "
                                            + steps
                                            + " steps with a rise of "
                                            + rise)
                            .operand("steps", steps)
                            .operand("rise", rise)
                            .fix("more steps, or a longer rise below 1"));
        }
        return new OneCycle(
                rate("oneCycle", largest),
                steps,
                rise,
                Preconditions.positive("oneCycle: the first divisor", first),
                Preconditions.positive("oneCycle: the last divisor", last));
    }

    static List<Long> growing(String what, long[] steps) {
        if (steps.length == 0) {
            throw new PropaneException(
                    Problem.ofRule(what + ": names no step").fix("name one or more, growing"));
        }
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] < 1 || i > 0 && steps[i] <= steps[i - 1]) {
                throw new PropaneException(
                        Problem.ofRule(
                                        what
                                                + ": the steps must grow from 1 on, got "
                                                + Arrays.toString(steps))
                                .operand("steps", Arrays.toString(steps))
                                .fix("name each once, in order"));
            }
        }
        return LongStream.of(steps).boxed().toList();
    }

    static long positive(String what, long steps) {
        return Preconditions.atLeast(1, what + ": the number of steps", steps);
    }

    static double rate(String what, double value) {
        return Preconditions.notNegative(what + ": the value", value);
    }

    static double factor(String what, double value) {
        return Preconditions.notNegative(what + ": the factor", value);
    }

    record Constant(double value) implements Known {
        @Override
        public double at(long step) {
            return value;
        }
    }

    record Cosine(double from, double to, long steps) implements Known {
        @Override
        public double at(long step) {
            return between(from, to, (double) step / steps);
        }
    }

    record Step(double from, double factor, long every) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, Math.floorDiv(step, every));
        }
    }

    record Exponential(double from, double factor) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, step);
        }
    }

    record Warmup(Schedule schedule, double start, long steps) implements Known {
        @Override
        public double at(long step) {
            double share = start + (1 - start) * Math.min(step, steps) / steps;
            return schedule.at(step) * share;
        }
    }

    record MultiStep(double from, double factor, List<Long> milestones) implements Known {
        @Override
        public double at(long step) {
            long passed = milestones.stream().filter(milestone -> milestone <= step).count();
            return from * Math.pow(factor, passed);
        }
    }

    record Polynomial(double from, double power, long steps) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(1 - (double) Math.min(step, steps) / steps, power);
        }
    }

    record Linear(double from, double to, long steps) implements Known {
        @Override
        public double at(long step) {
            double share = (double) Math.min(step, steps) / steps;
            return from * (1 - share) + to * share;
        }
    }

    record CosineRestarts(double from, double to, long steps, long longer) implements Known {
        @Override
        public double at(long step) {
            long since = step;
            long length = steps;
            if (longer == 1) {
                since %= length;
            }
            while (since >= length) {
                since -= length;
                length *= longer;
            }
            return between(from, to, (double) since / length);
        }
    }

    record OneCycle(double largest, long steps, double rise, double first, double last)
            implements Known {
        @Override
        public double at(long step) {
            double top = rise * steps - 1;
            double end = steps - 1;
            double start = largest / first;
            if (step <= top) {
                return between(start, largest, step / top);
            }
            return between(largest, start / last, (Math.min(step, end) - top) / (end - top));
        }
    }

    record Joined(Schedule before, long step, Schedule next) implements Known {
        @Override
        public double at(long now) {
            return now < step ? before.at(now) : next.at(now - step);
        }
    }

    /** Returns a value on half a cosine from one to another. */
    private static double between(double from, double to, double share) {
        return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
