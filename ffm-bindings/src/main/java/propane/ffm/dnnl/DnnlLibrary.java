package propane.ffm.dnnl;

import propane.ffm.Availability;
import propane.ffm.NativeException;
import propane.ffm.NativeLibraries;
import propane.ffm.Platform;
import propane.ffm.raw.dnnl.Dnnl;
import propane.ffm.raw.dnnl.dnnl_version_t;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The oneDNN library: whether it is here, and how many threads it takes. */
public final class DnnlLibrary {
    private DnnlLibrary() {}

    /** Returns whether oneDNN can be used; loads it at the first call. */
    public static Availability availability() {
        return Loaded.AVAILABILITY;
    }

    /** Returns the number of threads that primitives made from now on may take. */
    public static int threads() {
        require();
        return Dnnl.omp_get_max_threads();
    }

    /**
     * Sets the number of threads that primitives made from now on by this thread may take.
     *
     * @param threads at least 1
     */
    public static void threads(int threads) {
        require();
        if (threads < 1) {
            throw new NativeException("oneDNN: at least 1 thread, got " + threads);
        }
        Dnnl.omp_set_num_threads(threads);
    }

    static void require() {
        if (availability() instanceof Availability.Missing(String reason)) {
            throw new NativeException("oneDNN is not available: " + reason);
        }
    }

    /** Loads the library when it is first asked for. */
    private static final class Loaded {
        private static final Availability AVAILABILITY = load();

        private static Availability load() {
            Platform platform = Platform.current();
            spinBriefly(platform);
            Availability loaded =
                    NativeLibraries.load(
                            "org/bytedeco/dnnl/" + platform,
                            names(platform),
                            "add org.bytedeco:dnnl with classifier " + platform);
            if (loaded instanceof Availability.Missing) {
                return loaded;
            }
            MemorySegment version =
                    Dnnl.dnnl_version().reinterpret(dnnl_version_t.layout().byteSize());
            return new Availability.Available(
                    "oneDNN "
                            + dnnl_version_t.major(version)
                            + "."
                            + dnnl_version_t.minor(version)
                            + "."
                            + dnnl_version_t.patch(version));
        }

        /**
         * Lets threads of the OpenMP runtime that wait give up their processor soon: where others
         * want it too, the JIT compiler for one, long spinning costs many times what it saves. The
         * runtime reads this when it is loaded; what the user set is left alone.
         */
        private static void spinBriefly(Platform platform) {
            var set = System.getenv();
            if (platform.system().equals("linux")
                    && !set.containsKey("OMP_WAIT_POLICY")
                    && !set.containsKey("GOMP_SPINCOUNT")) {
                try (Arena arena = Arena.ofConfined()) {
                    Dnnl.setenv(
                            arena.allocateFrom("GOMP_SPINCOUNT"), arena.allocateFrom("5000"), 0);
                }
            }
        }

        /** The OpenMP runtime comes before the library that needs it. */
        private static List<String> names(Platform platform) {
            return switch (platform.system()) {
                case "linux" -> List.of("libgomp.so.1", "libdnnl.so.3");
                case "macosx" -> List.of("libomp.dylib", "libdnnl.3.dylib");
                case "windows" -> List.of("dnnl.dll");
                default -> List.of();
            };
        }
    }
}
