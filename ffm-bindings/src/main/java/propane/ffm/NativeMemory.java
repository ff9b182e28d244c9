package propane.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Native memory of one owner, freed as a whole; what all owners hold together is counted. It is
 * taken by one thread at a time; any may free it.
 */
public final class NativeMemory implements AutoCloseable {
    /** Every piece starts at a multiple of this: a cache line, and a vector of 512 bits. */
    public static final long ALIGNMENT = 64;

    private static final AtomicLong HELD = new AtomicLong();

    private final Arena arena = Arena.ofShared();
    private final Function<String, RuntimeException> error;
    private long bytes;

    /**
     * Takes nothing yet.
     *
     * @param error makes the error of an allocation that fails, of its text
     */
    public NativeMemory(Function<String, RuntimeException> error) {
        this.error = error;
    }

    /** Returns how many bytes all owners of this process hold. */
    public static long held() {
        return HELD.get();
    }

    /**
     * Takes memory filled with zeros. A piece without bytes still has an address.
     *
     * @param what what it is for, for errors
     * @throws RuntimeException of this owner's kind, if there is not as much
     */
    public MemorySegment allocate(String what, long size) {
        long wanted = Math.max(1, size);
        try {
            MemorySegment piece = arena.allocate(wanted, ALIGNMENT);
            bytes += wanted;
            HELD.addAndGet(wanted);
            return piece;
        } catch (OutOfMemoryError e) {
            throw error.apply(
                    what
                            + ": there is no native memory of "
                            + ByteCount.text(wanted)
                            + " left; Propane holds "
                            + ByteCount.text(held())
                            + ", the machine has "
                            + ByteCount.text(MachineMemory.here().available())
                            + " free\n    fix: take smaller batches or a smaller model, or"
                            + " close trainers that are not needed");
        }
    }

    /** Returns how many bytes this owner holds. */
    public long bytes() {
        return bytes;
    }

    /** Frees it; a second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            HELD.addAndGet(-bytes);
        }
    }
}
