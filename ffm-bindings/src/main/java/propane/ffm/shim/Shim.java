package propane.ffm.shim;

import propane.ffm.Availability;
import propane.ffm.NativeException;
import propane.ffm.NativeLibraries;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The shim's library: whether it is here, and what it says of the machine. It is looked for at
 * {@code -Dpropane.shim=PATH}, else among the resources of the jar, which brings it along if it was
 * built on a Mac; {@code -Dpropane.shim=none} does without. It is loaded once and never unloaded.
 */
public final class Shim {
    private static final String NONE = "none";
    private static final String REMEDY =
            "this jar was built elsewhere, or without Swift; on this Mac, in Propane's folder, run"
                    + " bin/propane doctor, which builds it, or for a project of your own mvn -B"
                    + " install -DskipTests; -Dpropane.shim=PATH names a library elsewhere";

    private Shim() {}

    /**
     * Returns what stands against the shim on this machine, whatever is built, in words; nothing on
     * a Mac with Apple silicon, or where {@code -Dpropane.shim} names a library.
     */
    public static Optional<String> obstacle() {
        return switch (given()) {
            case "" -> Host.here().obstacle();
            case NONE -> Optional.of("switched off by -Dpropane.shim=" + NONE);
            default -> Optional.empty();
        };
    }

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

    private static String given() {
        return System.getProperty("propane.shim", "");
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
            Availability loaded =
                    obstacle()
                            .<Availability>map(Availability.Missing::new)
                            .orElseGet(() ->
                                    given().isEmpty() ? bundled() : loadFile(Path.of(given())));
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
    }

    /** Loads the library that a jar built on a Mac brings along. */
    static Availability bundled() {
        return NativeLibraries.load(
                "META-INF/native/macos-aarch64", List.of("libPropaneShim.dylib"), REMEDY);
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
