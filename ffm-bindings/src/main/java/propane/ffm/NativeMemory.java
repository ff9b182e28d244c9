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

    /** Large pieces start at a multiple of this: a page. */
    public static final long LARGE_ALIGNMENT = 4096;

    /** From so many bytes on a piece is large: then a page is little beside it. */
    private static final long LARGE = 4 * LARGE_ALIGNMENT;

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
     * Returns of what a piece of a size starts at a multiple: {@link #ALIGNMENT}, or {@link
     * #LARGE_ALIGNMENT}. A processor compares the last 12 bits of addresses to tell whether a load
     * needs what a store before it wrote; where a loop writes one piece a little ahead of where it
     * reads another, modulo 4096, each load waits. From pages' starts on, it reads first.
     */
    public static long alignment(long size) {
        return size < LARGE ? ALIGNMENT : LARGE_ALIGNMENT;
    }

    /**
     * Takes memory filled with zeros, aligned as {@link #alignment} says. A piece without bytes
     * still has an address.
     *
     * @param what what it is for, for errors
     * @throws RuntimeException of this owner's kind, if there is not as much
     */
    public MemorySegment allocate(String what, long size) {
        long wanted = Math.max(1, size);
        try {
            MemorySegment piece = arena.allocate(wanted, alignment(wanted));
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
