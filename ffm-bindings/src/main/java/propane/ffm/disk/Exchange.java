package propane.ffm.disk;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Two names that change places in one step, which Java lacks: {@code renameat2} of Linux, {@code
 * renamex_np} of macOS.
 */
final class Exchange {
    /** {@code AT_FDCWD}: paths that are not absolute begin at the working folder. */
    private static final int HERE = -100;

    /** {@code RENAME_EXCHANGE}, and {@code RENAME_SWAP} of macOS. */
    private static final int SWAP = 2;

    private static final Optional<MethodHandle> LINUX =
            found(
                    "renameat2",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT));
    private static final Optional<MethodHandle> MAC =
            found(
                    "renamex_np",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT));

    private Exchange() {}

    private static Optional<MethodHandle> found(String name, FunctionDescriptor type) {
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup lookup = linker.defaultLookup();
            return lookup.find(name).map(address -> linker.downcallHandle(address, type));
        } catch (RuntimeException _) {
            // No linker here, or it is forbidden: then there is no such step.
            return Optional.empty();
        }
    }

    /** Returns whether two names changed places; where not, nothing has changed. */
    static boolean of(Path one, Path other) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocateFrom(one.toString(), names());
            MemorySegment b = arena.allocateFrom(other.toString(), names());
            if (MAC.isPresent()) {
                return (int) MAC.get().invokeExact(a, b, SWAP) == 0;
            }
            return LINUX.isPresent() && (int) LINUX.get().invokeExact(HERE, a, HERE, b, SWAP) == 0;
        } catch (Throwable _) {
            // Two renames do the same, if not in one step.
            return false;
        }
    }

    private static Charset names() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", ""), StandardCharsets.UTF_8);
    }
}
