package propane.train.port;

import propane.nn.schedule.Schedule;
import propane.spi.op.Port;
import propane.tensor.NumericException;
import propane.tensor.Problem;

/**
 * A setting of an optimizer, other than its learning rate, that follows a schedule, such as
 * momentum.
 *
 * @param port what holds its value in a step; float32 [1]
 * @param schedule what its value is at each update
 * @param below what all values are below; they are 0 or more and finite
 */
public record ScheduledSetting(Port port, Schedule schedule, double below) {
    /**
     * Returns the value for the update after some others.
     *
     * @throws NumericException if it is out of its range
     */
    public float at(long updates) {
        double value = schedule.at(updates);
        if (!isIn(value, below)) {
            throw outOfRange(
                    "schedule: " + port.name(), updates, value, below, " and what it is made of");
        }
        return (float) value;
    }

    /** Returns whether a value is one that it may have. */
    public static boolean isIn(double value, double below) {
        return value >= 0 && value <= Float.MAX_VALUE && (float) value < below;
    }

    /**
     * Returns the error of a value out of its range.
     *
     * @param what whose value it is, after what was to be done
     * @param update for which update
     * @param value what it is
     * @param below what it must be below
     * @param rest what else may help
     */
    public static NumericException outOfRange(
            String what, long update, double value, double below, String rest) {
        return new NumericException(
                Problem.ofRule(
                                what
                                        + " at update "
                                        + update
                                        + " must be "
                                        + range(below)
                                        + ", got "
                                        + value)
                        .operand("given", value)
                        .fix("print schedule.at(" + update + ")" + rest));
    }

    private static String range(double below) {
        return "0 or more and " + (Double.isInfinite(below) ? "finite" : "below " + below);
    }
}
