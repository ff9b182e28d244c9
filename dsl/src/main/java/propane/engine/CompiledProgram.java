package propane.engine;

import propane.tensor.UnknownNameException;

import java.util.List;

/** A program made ready for a device, over the storage of its ports. */
public interface CompiledProgram extends AutoCloseable {
    /**
     * Runs one function: reads its input ports from the frame, writes its outputs there. Results
     * are computed first. If one of them that is a single number is not finite, the run ends there:
     * no input is replaced, so that the state is that before the run and the fault can be looked
     * for.
     *
     * @return whether all results that are single numbers are finite
     * @throws UnknownNameException if the program has no such function
     */
    boolean run(String function);

    /**
     * Brings the examples that stand in the frame to the device, ahead of the run that reads them.
     * Who changes them without calling this again finds them unchanged at the next run.
     */
    default void upload() {}

    /**
     * Runs one function while the caller does something else, where the device can; else the one
     * after the other. What is done meanwhile must not touch the function's ports, and is left out
     * if the run ends early.
     *
     * @return what {@link #run(String)} returns
     * @throws UnknownNameException if the program has no such function
     */
    default boolean run(String function, Runnable meanwhile) {
        boolean isFinite = run(function);
        if (isFinite) {
            meanwhile.run();
        }
        return isFinite;
    }

    /** Takes over state that was written into the frame from outside: weights that were loaded. */
    default void refresh() {}

    /** Returns where and how it runs. */
    DeviceReport report();

    /**
     * Returns how often another engine, or other memory, has taken over since it was compiled; the
     * report says which and why.
     */
    default int changes() {
        return 0;
    }

    /**
     * Returns what the runs of each function took so far; empty unless the system property {@code
     * propane.stats} is true and the device can tell.
     */
    default List<RunStats> stats() {
        return List.of();
    }

    /** Frees what was made for it; the frame stays. */
    @Override
    void close();
}
