package propane.engine.cpu;

import propane.tensor.NDArray;

/** Where a value lives. */
sealed interface Place {
    /**
     * In the frame.
     *
     * @param name the port
     */
    record AtPort(String name) implements Place {}

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
