package propane.ffm;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Calls that need more stack than their thread may have: a library that is loaded or writes code
 * takes hundreds of kilobytes, and past the end the process would die without a word. What a
 * library remembers of a thread, as OpenMP does its number of threads, is not that of the caller's.
 */
public final class DeepStack {
    private static final long BYTES = 8 << 20;

    private DeepStack() {}

    /**
     * Returns what a call returns, or throws what it throws; it runs in a thread of its own with
     * room enough, which is waited for whatever happens.
     */
    public static <T> T call(Supplier<T> call) {
        var task = new FutureTask<>(call::get);
        Thread.ofPlatform().name("propane-native").daemon().stackSize(BYTES).start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException _) {
                    // The call writes to the caller's memory and cannot be left alone.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
