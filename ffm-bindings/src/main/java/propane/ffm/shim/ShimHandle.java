package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.Function;

/** A handle that the shim gave out: it is released once, and not while a call uses it. */
final class ShimHandle implements Runnable {
    /** So many threads may use a handle at once. */
    private static final int SEATS = 64;

    private final MemorySegment pointer;
    private final Consumer<MemorySegment> release;
    private final Occupancy use;

    /**
     * Takes over a handle.
     *
     * @param what what it is of, for errors
     * @param release gives it back to the shim
     */
    ShimHandle(String what, MemorySegment pointer, Consumer<MemorySegment> release) {
        this.pointer = pointer;
        this.release = release;
        this.use =
                Occupancy.ofSeveral(
                        new Refusal(
                                "Core ML shim: " + what,
                                "let fewer than " + SEATS + " threads use it at once",
                                "close it after its last use",
                                NativeException::new),
                        SEATS);
    }

    MemorySegment pointer() {
        return pointer;
    }

    /**
     * Keeps the handle for a call, which must leave it again. Allocates nothing.
     *
     * @throws NativeException if it was closed
     */
    int enter(String call) {
        return use.enter(call);
    }

    void leave(int seat) {
        use.leave(seat);
    }

    /** Throws if it was closed. */
    void requireOpen(String call) {
        use.requireOpen(call);
    }

    /** Returns what a call makes of the handle, which is kept meanwhile. */
    <T> T during(String call, Function<MemorySegment, T> body) {
        int seat = use.enter(call);
        try {
            return body.apply(pointer);
        } finally {
            use.leave(seat);
        }
    }

    /** Releases it after the calls that run; a second time it does nothing. */
    @Override
    public void run() {
        use.close(() -> release.accept(pointer));
    }
}
