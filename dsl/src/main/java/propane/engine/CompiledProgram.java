package propane.engine;

import propane.tensor.UnknownNameException;

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

    /** Returns where and how it runs. */
    DeviceReport report();

    /** Frees what was made for it; the frame stays. */
    @Override
    void close();
}
