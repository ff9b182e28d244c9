package propane.ffm.dnnl;

import propane.ffm.NativeException;
import propane.ffm.NativeMemory;
import propane.ffm.raw.dnnl.Dnnl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory in which primitives of a session compute, one after the other. Left to itself, oneDNN
 * takes it from the thread that makes a primitive, and computes on nothing in any other.
 */
final class Scratchpad implements AutoCloseable {
    private final List<MemorySegment> users = new ArrayList<>();
    private NativeMemory memory = new NativeMemory(NativeException::new);
    private MemorySegment room = MemorySegment.NULL;

    /** Returns room of a size; it moves when a later user needs more. */
    MemorySegment room(long bytes) {
        if (bytes > room.byteSize()) {
            var larger = new NativeMemory(NativeException::new);
            MemorySegment moved = larger.allocate("oneDNN", Math.max(bytes, 2 * room.byteSize()));
            for (MemorySegment user : users) {
                DnnlSession.check("memory", Dnnl.dnnl_memory_set_data_handle(user, moved));
            }
            memory.close();
            memory = larger;
            room = moved;
        }
        return room;
    }

    /** Keeps a memory object over the room, which moves with it. */
    void use(MemorySegment user) {
        users.add(user);
    }

    @Override
    public void close() {
        memory.close();
    }
}
