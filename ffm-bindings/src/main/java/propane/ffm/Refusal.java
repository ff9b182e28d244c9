package propane.ffm;

import java.util.function.Function;

/**
 * The errors of calls that an {@link Occupancy} refuses.
 *
 * @param what what is used, for example {@code trainer: it}
 * @param sharing what mends a call from a second thread
 * @param living what mends a call after the end
 * @param error makes the error of its text
 */
public record Refusal(
        String what, String sharing, String living, Function<String, RuntimeException> error) {
    private static final String FIX = "\n    fix: ";

    /** Returns the errors of a wrapper of native code. */
    static Refusal ofNative(String what) {
        return new Refusal(
                what,
                "let one thread use it at a time",
                "close it after its last use",
                NativeException::new);
    }

    RuntimeException inUse(String call, String holder, String held) {
        return error.apply(
                what
                        + " is in use, the thread "
                        + holder
                        + " is in "
                        + (held.isEmpty() ? "a call" : held)
                        + ": no "
                        + call
                        + " meanwhile"
                        + FIX
                        + sharing);
    }

    RuntimeException closed(String call, String closer) {
        return error.apply(
                what + " is closed, by the thread " + closer + ": no " + call + FIX + living);
    }
}
