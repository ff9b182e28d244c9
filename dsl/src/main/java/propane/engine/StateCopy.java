package propane.engine;

import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.Port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A copy of what a function replaces: where the function fails midway, the state becomes again what
 * it was. Used by the thread that made it.
 */
final class StateCopy implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofConfined();
    private final Map<MemorySegment, MemorySegment> copies = new LinkedHashMap<>();

    StateCopy(Program.Function function, Bindings bindings) {
        Map<String, ?> replaced = function.replacements();
        for (Port port : function.inputs()) {
            if (replaced.containsKey(port.name())) {
                MemorySegment state = bindings.segment(port);
                MemorySegment copy = arena.allocate(state.byteSize(), ALIGNMENT);
                copies.put(state, copy.copyFrom(state));
            }
        }
    }

    void restore() {
        copies.forEach(MemorySegment::copyFrom);
    }

    @Override
    public void close() {
        arena.close();
    }
}
