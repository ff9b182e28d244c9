package propane.nn;

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
}
