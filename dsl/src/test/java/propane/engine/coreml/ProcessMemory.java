package propane.engine.coreml;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.regex.Pattern;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds, in kB. The virtual machine keeps books of its own memory, started with
 * {@code -XX:NativeMemoryTracking=summary}; what glibc's malloc has handed out beyond those books
 * belongs to the shim, the Swift runtime and other libraries.
 *
 * @param resident what is resident
 * @param foreign what malloc has handed out to others than the virtual machine
 */
record ProcessMemory(long resident, long foreign) {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern MALLOC = Pattern.compile("malloc: (\\d+)KB");
    private static final long IDLE_MILLISECONDS = 300;
    private static final long EQUAL = 4;

    /** Measures when nothing is being compiled and garbage is gone. */
    static ProcessMemory now() {
        System.gc();
        awaitTheCompiler();
        return new ProcessMemory(held(), ofOthers());
    }

    /** Returns what has come since an earlier moment. */
    ProcessMemory since(ProcessMemory before) {
        return new ProcessMemory(resident - before.resident, foreign - before.foreign);
    }

    private static void awaitTheCompiler() {
        var compiler = ManagementFactory.getCompilationMXBean();
        long before = -1;
        try {
            while (compiler.getTotalCompilationTime() != before) {
                before = compiler.getTotalCompilationTime();
                Thread.sleep(IDLE_MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Both books are read one after the other: twice, until the first has not moved. */
    private static long ofOthers() {
        while (true) {
            long booked = booked();
            long all = handedOut();
            if (Math.abs(booked() - booked) <= EQUAL) {
                return all - booked;
            }
        }
    }

    private static long held() {
        try {
            return number(RESIDENT, Files.readString(Path.of("/proc/self/status")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long booked() {
        try {
            var books = new ObjectName("com.sun.management:type=DiagnosticCommand");
            Object summary =
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    books,
                                    "vmNativeMemory",
                                    new Object[] {new String[] {"summary"}},
                                    new String[] {String[].class.getName()});
            return number(MALLOC, summary.toString());
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(Pattern line, String text) {
        var found = line.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException(line + " is not in: " + text);
        }
        return Long.parseLong(found.group(1));
    }

    /** Returns what all arenas have handed out, and what was too large for them. */
    private static long handedOut() {
        var fields = Collections.nCopies(10, ValueLayout.JAVA_LONG);
        var mallinfo2 = MemoryLayout.structLayout(fields.toArray(MemoryLayout[]::new));
        var linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            var call =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("mallinfo2"),
                            FunctionDescriptor.of(mallinfo2));
            var info = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
            long inArenas = info.getAtIndex(ValueLayout.JAVA_LONG, 7);
            long mapped = info.getAtIndex(ValueLayout.JAVA_LONG, 4);
            return (inArenas + mapped) / 1024;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
