package propane.ffm;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory of the machine, or of the container that this process runs in.
 *
 * @param root the root of the file system, in which Linux tells of memory and of control groups
 */
public record MachineMemory(Path root) {
    private static final MachineMemory HERE = new MachineMemory(Path.of("/"));

    /** Returns this machine's. */
    public static MachineMemory here() {
        return HERE;
    }

    /**
     * Returns how many bytes this process may still take: what Linux calls available, caches of
     * files that give way included, and what its control groups (of either version) leave of their
     * limits; elsewhere, where systems compress and swap, all the memory there is.
     */
    public long available() {
        long least = kilobytes("proc/meminfo", "MemAvailable:").orElseGet(MachineMemory::total);
        // Groups lie in each other, and each one's limit holds.
        for (Path group = group("0::"); ; group = group.resolve("..").normalize()) {
            Path at = Path.of("sys/fs/cgroup").resolve(group);
            least = Math.min(least, left(at, "memory.max", "memory.current", "inactive_file"));
            if (group.toString().isEmpty()) {
                break;
            }
        }
        for (Path of : List.of(group("memory:"), Path.of(""))) {
            Path at = Path.of("sys/fs/cgroup/memory").resolve(of);
            String limit = "memory.limit_in_bytes";
            least =
                    Math.min(
                            least, left(at, limit, "memory.usage_in_bytes", "total_inactive_file"));
        }
        return Math.max(0, least);
    }

    /** Returns what a control group leaves of its limit. */
    private long left(Path group, String limit, String used, String giving) {
        OptionalLong most = number(group.resolve(limit), "");
        OptionalLong now = number(group.resolve(used), "");
        if (most.isEmpty() || now.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long cached = number(group.resolve("memory.stat"), giving + " ").orElse(0);
        return most.getAsLong() - Math.max(0, now.getAsLong() - cached);
    }

    /** Returns the control group of this process, relative to where groups are. */
    private Path group(String after) {
        for (String line : lines(Path.of("proc/self/cgroup"))) {
            int at = line.indexOf(after);
            if (at >= 0) {
                return Path.of("/").relativize(Path.of(line.substring(at + after.length())));
            }
        }
        return Path.of("");
    }

    private OptionalLong kilobytes(String file, String name) {
        OptionalLong found = number(Path.of(file), name);
        return found.isPresent() ? OptionalLong.of(found.getAsLong() * 1024) : found;
    }

    /** Returns the number after a name at the start of a line. */
    private OptionalLong number(Path file, String name) {
        for (String line : lines(file)) {
            String digits = line.startsWith(name) ? line.substring(name.length()).strip() : "";
            digits = digits.replace(" kB", "");
            if (digits.matches("\\d{1,18}")) {
                return OptionalLong.of(Long.parseLong(digits));
            }
        }
        return OptionalLong.empty();
    }

    private List<String> lines(Path file) {
        try {
            return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Another system, or one that does not tell.
            return List.of();
        }
    }

    private static long total() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }
}
