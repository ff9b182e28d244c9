package propane.nn.schedule;

import propane.spi.Preconditions;

/**
 * A number that changes with the step, such as a learning rate; a pure function. What depends on
 * how a run goes is none: rates that fall where a metric stands still are an option of the run,
 * {@code reduceLrOnPlateau}.
 *
 * {@snippet :
 * Schedule usual = cosineDecay(1e-3, 10_000).warmup(500);
 * Schedule twoPhases = constant(1e-2).join(1_000, exponentialDecay(1e-2, 0.999));
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

    /**
     * Returns this schedule up to a step, from which on another one runs as from its own start.
     *
     * @param step the first step of the other one, at least 1
     */
    default Schedule join(long step, Schedule next) {
        return new Schedules.Joined(this, Schedules.positive("join", step), next);
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
                Schedules.positive("warmup", steps));
    }
}
