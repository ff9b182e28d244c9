package propane.ffm;

import java.lang.management.ManagementFactory;

/** The memory of the machine, or of the container that this process runs in. */
public final class MachineMemory {
    private MachineMemory() {}

    /** Returns how many bytes there are altogether. */
    public static long total() {
        return machine().getTotalMemorySize();
    }

    /** Returns how many bytes nobody uses; caches of files, which give way, may count as used. */
    public static long free() {
        return machine().getFreeMemorySize();
    }

    private static com.sun.management.OperatingSystemMXBean machine() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    }
}
