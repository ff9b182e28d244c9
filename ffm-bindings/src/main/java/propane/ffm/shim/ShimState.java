package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;

import java.lang.foreign.MemorySegment;
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

    /** Frees the state; a second call does nothing. */
    @Override
    public void close() {
        if (freed.compareAndSet(false, true)) {
            PropaneShim.propane_state_release(pointer);
        }
    }
}
