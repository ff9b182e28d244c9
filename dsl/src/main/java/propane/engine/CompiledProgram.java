package propane.engine;

import propane.tensor.UnknownNameException;

/** A program made ready for a device, over the storage of its ports. */
public interface CompiledProgram extends AutoCloseable {
    /**
     * Runs one function: reads its input ports from the frame, writes its outputs there; outputs
     * that replace inputs do so once all else is computed. One run at a time.
     *
     * @throws UnknownNameException if the program has no such function
     */
    void run(String function);

    /** Returns where and how it runs. */
    DeviceReport report();

    /** Frees what was made for it; the frame stays. */
    @Override
    void close();
}
