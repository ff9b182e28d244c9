package propane.engine.cpu.plan;

import propane.spi.op.Port;
import propane.tensor.NDArray;

/** Where a value lives. */
sealed interface Allocation {
    /**
     * In the bindings.
     *
     * @param port the port
     */
    record AtPort(Port port) implements Allocation {}

    /**
     * Among the constants.
     *
     * @param value the value
     */
    record Constant(NDArray value) implements Allocation {}

    /**
     * In the work memory.
     *
     * @param slot the slot
     */
    record Work(BufferSlot slot) implements Allocation {}
}
