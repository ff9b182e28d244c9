package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_done;
import propane.ffm.raw.shim.propane_error;
import propane.ffm.raw.shim.propane_progress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the shim calls back about jobs. Native code holds on to numbers, not to objects: here they
 * find each other, and what a job uses stays reachable until it has ended.
 */
final class JobCalls {
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<Long, Pending> PENDING = new ConcurrentHashMap<>();

    // One stub each for the rest of the process: freeing one while it returns would end it.
    static final MemorySegment DONE = propane_done.allocate(JobCalls::done, Arena.global());
    static final MemorySegment PROGRESS =
            propane_progress.allocate(JobCalls::progress, Arena.global());

    private JobCalls() {}

    /** Returns the number that the shim is told. */
    static long enter(Pending pending) {
        long number = NUMBERS.incrementAndGet();
        PENDING.put(number, pending);
        return number;
    }

    static void forget(long number) {
        PENDING.remove(number);
    }

    private static void done(MemorySegment user, int status, MemorySegment error) {
        Pending pending = PENDING.remove(user.address());
        if (pending != null) {
            pending.ended(status, error);
        }
    }

    private static int progress(
            MemorySegment user, int event, long epoch, long batch, double loss) {
        Pending pending = PENDING.get(user.address());
        return pending != null && pending.goesOn(event, epoch, batch, loss) ? 0 : 1;
    }

    /** A job that was begun. */
    static final class Pending {
        private final CountDownLatch end = new CountDownLatch(1);
        // Read by nobody: it keeps the memory from being collected.
        private final Object kept;
        private final ShimProgress progress;
        private volatile Throwable thrown;
        private volatile int status;
        private volatile NativeException failure;
        private final ThreadLocal<Boolean> telling = ThreadLocal.withInitial(() -> false);

        Pending(Object kept, ShimProgress progress) {
            this.kept = kept;
            this.progress = progress;
        }

        /** Tells the listener; native code must never meet an exception. */
        private boolean goesOn(int event, long epoch, long batch, double loss) {
            try {
                telling.set(true);
                return progress.heard(ShimProgress.Moment.of(event), epoch, batch, loss);
            } catch (Throwable e) {
                thrown = e;
                return false;
            } finally {
                telling.remove();
            }
        }

        /** Returns whether the calling thread tells the listener just now. */
        boolean isTelling() {
            return telling.get();
        }

        /** Takes note of the end; native code must never meet an exception. */
        void ended(int status, MemorySegment error) {
            try {
                this.status = status;
                if (status != PropaneShim.PROPANE_OK()) {
                    failure =
                            error.equals(MemorySegment.NULL)
                                    ? new NativeException("Core ML shim: status " + status)
                                    : ShimCall.exception(
                                            status, error.reinterpret(propane_error.sizeof()));
                }
            } catch (Throwable e) {
                failure = new NativeException("Core ML shim: status " + status, e);
            } finally {
                end.countDown();
            }
        }

        boolean hasEnded() {
            return end.getCount() == 0;
        }

        ShimJob.Ending await() throws InterruptedException {
            end.await();
            if (thrown != null) {
                throw new NativeException(
                        "Core ML shim: the listener of the update failed: " + thrown, thrown);
            }
            if (status == PropaneShim.PROPANE_CANCELLED()) {
                return ShimJob.Ending.CANCELLED;
            }
            if (failure != null) {
                throw new NativeException(failure.getMessage(), failure);
            }
            return ShimJob.Ending.DONE;
        }

        /** Waits whatever comes, and keeps an interruption for later. */
        void awaitQuietly() {
            boolean wasInterrupted = false;
            while (true) {
                try {
                    end.await();
                    break;
                } catch (InterruptedException _) {
                    wasInterrupted = true;
                }
            }
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public String toString() {
            return "job over " + kept;
        }
    }
}
