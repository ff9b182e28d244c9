package propane.spi;

import propane.tensor.EngineException;
import propane.tensor.UnknownNameException;

import java.util.List;
import java.util.function.Supplier;

/** A program made ready for a device, over the storage of its ports. */
public interface CompiledProgram extends AutoCloseable {
    /**
     * Runs one function: reads its input ports from the bindings, writes its outputs there. Results
     * are computed first. If one of them that is a single number is not finite, the run ends there:
     * no input is replaced, so that the state is that before the run and the fault can be looked
     * for.
     *
     * @return whether all results that are single numbers are finite
     * @throws UnknownNameException if the program has no such function
     * @throws EngineException if it is closed, or another thread uses it
     */
    boolean run(String function);

    /**
     * Returns whether a run wrote a number that is not finite into the state, where what it was
     * before is gone, since state was last {@link #refresh refreshed}. Of a run that returned false
     * it is not so: that left the state as it was.
     */
    default boolean isSpoiled() {
        return false;
    }

    /**
     * Brings the examples that stand in the bindings to the device, ahead of the run that reads
     * them. Who changes them without calling this again finds them unchanged at the next run.
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

    /**
     * Takes over state that was written into the bindings from outside: weights that were loaded.
     */
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

    /**
     * Returns a program for callers of any thread: a call meanwhile from a second one is an error
     * that names the first, closing waits for the run at hand, and the memory of the bindings lives
     * as long as the program. Engines give their programs out so.
     *
     * @param engine the engine's name, for errors
     * @param bindings the storage of the ports
     * @param maker makes the program, which is used by one thread at a time
     * @throws EngineException if the bindings is closed
     */
    static CompiledProgram guarded(
            String engine, Bindings bindings, Supplier<CompiledProgram> maker) {
        return GuardedProgram.of(engine, bindings, maker);
    }

    /** Frees what was made for it, after the run at hand; a second call does nothing. */
    @Override
    void close();
}
