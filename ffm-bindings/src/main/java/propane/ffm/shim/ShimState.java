package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a model keeps from one prediction to the next; zeros at first. */
public final class ShimState implements AutoCloseable {
    private final MemorySegment pointer;
    private final AtomicBoolean freed = new AtomicBoolean();

    ShimState(MemorySegment pointer) {
        this.pointer = pointer;
    }

    MemorySegment open() {
        if (freed.get()) {
            throw new NativeException("Core ML shim: the state is closed");
        }
        return pointer;
    }

    /**
     * Copies a named state into an array of its shape and element type.
     *
     * @throws NativeException if this is closed, or there is no such state; with the shim's text
     */
    public void read(ShimArray into) {
        copy(into, PropaneShim::propane_state_read);
    }

    /**
     * Copies an array into the state of its name, shape and element type.
     *
     * @throws NativeException if this is closed, or there is no such state; with the shim's text
     */
    public void write(ShimArray from) {
        copy(from, PropaneShim::propane_state_write);
    }

    /** One of the two ways to copy. */
    private interface Copy {
        int call(MemorySegment state, MemorySegment array, MemorySegment error);
    }

    private void copy(ShimArray array, Copy copy) {
        array.requireAlive();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = propane_error.allocate(arena);
            int status = copy.call(open(), ShimArray.list(List.of(array), arena), error);
            ShimCall.check(status, error);
        }
    }

    /** Frees the state; a second call does nothing. */
    @Override
    public void close() {
        if (freed.compareAndSet(false, true)) {
            PropaneShim.propane_state_release(pointer);
        }
    }
}
