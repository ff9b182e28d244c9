package propane.engine.cpu.plan;

import propane.tensor.NDArray;
import propane.tensor.Port;

/** Where a value lives. */
sealed interface Place {
    /**
     * In the frame.
     *
     * @param port the port
     */
    record AtPort(Port port) implements Place {}

    /**
     * Among the constants.
     *
     * @param value the value
     */
    record Constant(NDArray value) implements Place {}

    /**
     * In the work memory.
     *
     * @param slot the slot
     */
    record Work(Slot slot) implements Place {}
}
