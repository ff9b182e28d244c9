package propane.spi;

import java.util.Locale;

/**
 * What the runs of a function took so far. Counted only where the system property {@code
 * propane.stats} is true.
 *
 * @param function the function
 * @param runs how often it ran
 * @param bytes how many bytes these runs allocated on the heap
 * @param quietRuns how many of the last runs allocated none: all since the virtual machine has
 *     compiled the kernels
 */
public record RunStats(String function, long runs, long bytes, long quietRuns) {
    /** Returns one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %,d runs allocated %,d bytes in warming up, the last %,d of them none",
                function,
                runs,
                bytes,
                quietRuns);
    }
}
