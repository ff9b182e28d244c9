package propane.engine.cpu.plan;

import propane.ffm.NativeMemory;
import propane.spi.Bindings;
import propane.tensor.EngineException;
import propane.tensor.NDArray;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** The memory of a compiled program: the bindings's, its own work memory, and its constants. */
public final class Memory implements AutoCloseable {

    private final NativeMemory own = new NativeMemory(EngineException::new);
    private final Map<NDArray, MemorySegment> constants = new HashMap<>();
    private final Bindings bindings;
    private final MemorySegment work;

    /**
     * Takes the memory.
     *
     * @param bindings the storage of the ports
     * @param workBytes the size of the work memory, which functions share: one runs at a time
     * @throws EngineException if there is not as much
     */
    public Memory(Bindings bindings, long workBytes) {
        this.bindings = bindings;
        this.work = own.allocate("CPU: the work memory", workBytes);
    }

    /** Returns the memory of a place. */
    MemorySegment segment(Allocation place, long bytes) {
        return switch (place) {
            case Allocation.AtPort(var port) -> bindings.segment(port).asSlice(0, bytes);
            case Allocation.Constant(var value) ->
                    constants.computeIfAbsent(value, this::constant).asSlice(0, bytes);
            case Allocation.Work(var slot) -> work.asSlice(slot.offset(), bytes);
        };
    }

    /** Returns a float of its own, 0. */
    public MemorySegment number(String what) {
        return own.allocate("CPU: " + what, Float.BYTES);
    }

    private MemorySegment constant(NDArray value) {
        MemorySegment segment =
                own.allocate("CPU: a constant " + value.type(), value.type().bytes());
        value.copyTo(segment);
        return segment;
    }

    @Override
    public void close() {
        own.close();
    }
}
