package propane.engine.cpu;

import com.sun.management.ThreadMXBean;

import propane.spi.RunStats;

import java.lang.management.ManagementFactory;

/** Counts what runs of a function allocate. */
final class RunMeter {
    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final String function;
    private long runs;
    private long bytes;
    private long quietRuns;

    RunMeter(String function) {
        this.function = function;
    }

    /** Returns whether runs are to be counted. */
    static boolean isWanted() {
        return Boolean.getBoolean("propane.stats");
    }

    /** Runs a function and counts. */
    boolean run(CompiledFunction compiled) {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean finite = compiled.run();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        runs++;
        bytes += allocated;
        quietRuns = allocated == 0 ? quietRuns + 1 : 0;
        return finite;
    }

    /** Returns what was counted. */
    RunStats stats() {
        return new RunStats(function, runs, bytes, quietRuns);
    }
}
