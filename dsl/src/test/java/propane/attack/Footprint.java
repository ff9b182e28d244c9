package propane.attack;

import com.sun.management.UnixOperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What this process takes.
 *
 * @param heap the bytes of the heap that are used after a collection
 * @param resident the bytes of memory that it has of the machine; 0 where the system does not tell
 * @param files how many files it has open; 0 where the system does not tell
 * @param classes how many classes are loaded
 */
record Footprint(long heap, long resident, long files, long classes) {
    private static final long MB = 1 << 20;

    /** What the JIT compiler takes, and the allocator of C keeps, of a process that is young. */
    private static final long MALLOC = 224 * MB;

    /** Measures. */
    static Footprint now() throws IOException {
        var memory = ManagementFactory.getMemoryMXBean();
        long heap = Long.MAX_VALUE;
        // What a Cleaner frees goes with a second collection.
        for (int i = 0; i < 4; i++) {
            System.gc();
            heap = Math.min(heap, memory.getHeapMemoryUsage().getUsed());
        }
        long files =
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof UnixOperatingSystemMXBean system
                        ? system.getOpenFileDescriptorCount()
                        : 0;
        long classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
        return new Footprint(heap, ofTheMachine(), files, classes);
    }

    private static long ofTheMachine() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        String line =
                Files.readAllLines(status).stream()
                        .filter(each -> each.startsWith("VmRSS:"))
                        .findFirst()
                        .orElse("0");
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    /** Throws unless this is no more than another one, but for what a machine does by itself. */
    void requireNoMoreThan(Footprint before, String what) {
        if (heap > before.heap + 4 * MB
                || resident > before.resident * 1.15 + MALLOC
                || files > before.files + 2
                || classes > before.classes + 40) {
            throw new AssertionError(what + ": from " + before + " to " + this);
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "heap %.1f MB, resident %d MB, %d files, %d classes",
                heap / (double) MB,
                resident / MB,
                files,
                classes);
    }
}
