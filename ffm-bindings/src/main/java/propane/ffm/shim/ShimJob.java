package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * A prediction or update that goes on while Java goes on. Closing it cancels it, waits for its end
 * and frees it; one that is forgotten goes on to its end and is freed when it is collected.
 */
public final class ShimJob implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final JobCalls.Pending pending;
    private final ShimHandle handle;
    private final Cleaner.Cleanable cleanable;

    private ShimJob(JobCalls.Pending pending, MemorySegment pointer) {
        this.pending = pending;
        this.handle = new ShimHandle("the job", pointer, PropaneShim::propane_job_release);
        this.cleanable = CLEANER.register(this, handle);
    }

    /** How a job ended that did not fail. */
    public enum Ending {
        /** It did what it was to do. */
        DONE,
        /** It was cancelled; what its outputs hold is undefined. */
        CANCELLED
    }

    /** A function of the shim that begins a job. */
    interface Start {
        int call(
                MemorySegment done,
                MemorySegment progress,
                MemorySegment user,
                MemorySegment job,
                MemorySegment error);
    }

    /**
     * Begins a job.
     *
     * @param kept what must stay reachable until it has ended
     */
    static ShimJob begin(Object kept, ShimProgress progress, Start start) {
        var pending = new JobCalls.Pending(kept, progress);
        long number = JobCalls.enter(pending);
        boolean hasBegun = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            MemorySegment error = propane_error.allocate(arena);
            int status =
                    start.call(
                            JobCalls.DONE,
                            progress == ShimProgress.NONE ? MemorySegment.NULL : JobCalls.PROGRESS,
                            MemorySegment.ofAddress(number),
                            out,
                            error);
            ShimCall.check(status, error);
            hasBegun = true;
            return new ShimJob(pending, Shim.pointer(out));
        } finally {
            if (!hasBegun) {
                JobCalls.forget(number);
            }
        }
    }

    /** Returns whether it has ended, well or not. */
    public boolean hasEnded() {
        return pending.hasEnded();
    }

    /** Asks it to end early; one that has ended is left as it is. */
    public void cancel() {
        if (pending.hasEnded()) {
            return;
        }
        int seat;
        try {
            seat = handle.enter("cancel");
        } catch (NativeException _) {
            // Who closed it cancelled it, too.
            return;
        }
        try {
            PropaneShim.propane_job_cancel(handle.pointer());
        } finally {
            handle.leave(seat);
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Waits for its end.
     *
     * @throws NativeException if it failed; with Core ML's domain, code and text, or with what its
     *     listener threw
     * @throws InterruptedException if the thread is interrupted before; the job goes on
     */
    public Ending await() throws InterruptedException {
        return pending.await();
    }

    /**
     * Cancels it, waits for its end and frees it; a second call does nothing. Its own listener
     * cannot wait for the end: closed from there it is cancelled, and freed when it is collected.
     */
    @Override
    public void close() {
        cancel();
        if (!pending.isTelling()) {
            pending.awaitQuietly();
            cleanable.clean();
        }
    }
}
