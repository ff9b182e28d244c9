package propane.ffm.shim;

import propane.ffm.Availability;
import propane.ffm.NativeException;
import propane.ffm.NativeLibraries;
import propane.ffm.Platform;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The shim's library: whether it is here, and what it says of the machine. It is looked for at
 * {@code -Dpropane.shim=PATH}, else among the resources of the class path. It is loaded once and
 * never unloaded.
 */
public final class Shim {
    private Shim() {}

    /** Returns whether the shim can be used; loads it at the first call. */
    public static Availability availability() {
        return Loaded.AVAILABILITY;
    }

    /** Returns the machine's devices as JSON. */
    public static String devices() {
        require();
        return ShimCall.text(PropaneShim::propane_devices);
    }

    /**
     * Sends the shim's log somewhere until the next call. An exception of the listener ends there.
     */
    public static void logTo(ShimLog listener) {
        require();
        // One stub for the rest of the process: the shim may log at any time, on any thread.
        MemorySegment stub =
                propane_log.allocate(
                        (_, level, text) -> ShimLog.tell(listener, level, text), Arena.global());
        PropaneShim.propane_log_to(stub, MemorySegment.NULL);
    }

    /**
     * Returns how many loads and compilations still run that took longer than they might: Core ML
     * cannot be stopped, and what runs on takes time from other calls. What they make is released
     * when it comes.
     */
    public static int lateCalls() {
        return availability() instanceof Availability.Available
                ? PropaneShim.propane_late_calls()
                : 0;
    }

    static void require() {
        if (availability() instanceof Availability.Missing(String reason)) {
            throw new NativeException("the Core ML shim is not available: " + reason);
        }
    }

    /** Loads the library when it is first asked for. */
    private static final class Loaded {
        private static final Availability AVAILABILITY = load();

        private static Availability load() {
            String given = System.getProperty("propane.shim", "");
            Availability loaded = given.isEmpty() ? bundled() : loadFile(Path.of(given));
            if (loaded instanceof Availability.Missing) {
                return loaded;
            }
            int version = PropaneShim.propane_version();
            int wanted = PropaneShim.PROPANE_SHIM_VERSION();
            if (version != wanted) {
                return new Availability.Missing(
                        "the shim speaks version "
                                + version
                                + " of the contract, this is "
                                + wanted
                                + "; build swift-shim again");
            }
            try {
                CacheBound.asked().apply();
            } catch (NativeException e) {
                return new Availability.Missing(e.getMessage());
            }
            return new Availability.Available("Core ML shim " + version);
        }

        private static Availability loadFile(Path file) {
            if (!Files.isRegularFile(file)) {
                return new Availability.Missing("-Dpropane.shim names no file: " + file);
            }
            try {
                System.load(file.toAbsolutePath().toString());
                return new Availability.Available(file.toString());
            } catch (UnsatisfiedLinkError e) {
                return new Availability.Missing("-Dpropane.shim: " + e.getMessage());
            }
        }

        private static Availability bundled() {
            Platform platform = Platform.current();
            if (!platform.equals(new Platform("macosx", "arm64"))) {
                return new Availability.Missing(
                        "needs macOS 15 on Apple silicon; this is "
                                + System.getProperty("os.name")
                                + " on "
                                + System.getProperty("os.arch"));
            }
            return NativeLibraries.load(
                    "META-INF/native/macos-aarch64",
                    List.of("libPropaneShim.dylib"),
                    "build swift-shim on a Mac, or name the library with -Dpropane.shim=PATH");
        }
    }

    /** Reads a string that native code owns. */
    static String string(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? ""
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** Reads a pointer that a call handed out. */
    static MemorySegment pointer(MemorySegment out) {
        return out.get(ValueLayout.ADDRESS, 0);
    }
}
