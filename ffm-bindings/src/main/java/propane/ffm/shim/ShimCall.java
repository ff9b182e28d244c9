package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.NativeTimeoutException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The ways in which the shim's functions are called: errors become exceptions, texts strings. */
final class ShimCall {
    private ShimCall() {}

    /** A function that fills in an out pointer and an error. */
    interface Out {
        int call(MemorySegment out, MemorySegment error);
    }

    /** Returns the pointer that a function handed out. */
    static MemorySegment pointer(Out function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            MemorySegment error = propane_error.allocate(arena);
            check(function.call(out, error), error);
            return Shim.pointer(out);
        }
    }

    /** Returns the text that a function handed out. */
    static String text(Out function) {
        MemorySegment text = pointer(function);
        try {
            return Shim.string(text);
        } finally {
            PropaneShim.propane_string_free(text);
        }
    }

    /** Throws what an error says unless all went well, and frees its texts. */
    static void check(int status, MemorySegment error) {
        if (status == PropaneShim.PROPANE_OK()) {
            return;
        }
        NativeException exception = exception(status, error);
        PropaneShim.propane_error_free(error);
        throw exception;
    }

    /** Returns what an error says; frees nothing. */
    static NativeException exception(int status, MemorySegment error) {
        String domain = Shim.string(propane_error.domain(error));
        String text = Shim.string(propane_error.text(error));
        long code = propane_error.code(error);
        String whole =
                "Core ML shim: "
                        + name(status)
                        + (domain.isEmpty() ? "" : " (" + domain + " " + code + ")")
                        + (text.isEmpty() ? "" : ": " + text);
        return status == PropaneShim.PROPANE_TIMED_OUT()
                ? new NativeTimeoutException(whole)
                : new NativeException(whole);
    }

    private static String name(int status) {
        return switch (status) {
            case 1 -> "invalid argument";
            case 2 -> "not found";
            case 3 -> "failed";
            case 4 -> "timed out";
            case 5 -> "cancelled";
            case 6 -> "not supported";
            default -> "status " + status;
        };
    }
}
