package propane.ffm.shim;

import java.lang.foreign.MemorySegment;

/** Hears lines of the shim's log, on any thread. */
@FunctionalInterface
public interface ShimLog {
    /**
     * Takes a line.
     *
     * @param level 0 debug, 1 information, 2 warning, 3 error
     * @param text the line
     */
    void line(int level, String text);

    /** Tells a listener; native code must never meet an exception. */
    static void tell(ShimLog listener, int level, MemorySegment text) {
        try {
            listener.line(level, Shim.string(text));
        } catch (Throwable e) {
            System.getLogger("propane.ffm.shim")
                    .log(System.Logger.Level.WARNING, "a listener of the shim's log failed", e);
        }
    }
}
