package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a model keeps from one prediction to the next; initially zeros. */
public final class ShimState implements AutoCloseable {
    private final ShimHandle handle;

    ShimState(MemorySegment pointer) {
        this.handle = new ShimHandle("the state", pointer, PropaneShim::propane_state_release);
    }

    ShimHandle handle() {
        return handle;
    }

    /**
     * Copies a named state into an array of its shape and element type.
     *
     * @throws NativeException if this is closed, or there is no such state; with the shim's text
     */
    public void read(ShimArray into) {
        copy(into, "read", PropaneShim::propane_state_read);
    }

    /**
     * Copies an array into the state of its name, shape and element type.
     *
     * @throws NativeException if this is closed, or there is no such state; with the shim's text
     */
    public void write(ShimArray from) {
        copy(from, "write", PropaneShim::propane_state_write);
    }

    /** One of the two ways to copy. */
    private interface Copy {
        int call(MemorySegment state, MemorySegment array, MemorySegment error);
    }

    private void copy(ShimArray array, String call, Copy copy) {
        array.requireAlive();
        int seat = handle.enter(call);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = propane_error.allocate(arena);
            MemorySegment list = ShimArray.list(List.of(array), arena);
            ShimCall.check(copy.call(handle.pointer(), list, error), error);
        } finally {
            handle.leave(seat);
        }
    }

    /** Frees the state after the call that runs; a second call does nothing. */
    @Override
    public void close() {
        handle.run();
    }
}
