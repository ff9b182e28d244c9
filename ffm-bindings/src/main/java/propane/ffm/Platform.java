package propane.ffm;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The machine this runs on, in the words of native artifacts.
 *
 * @param system {@code linux}, {@code macosx} or {@code windows}, else the system's own name
 * @param processor {@code x86_64} or {@code arm64}, else the processor's own name
 */
public record Platform(String system, String processor) {

    /** Returns the platform of this JVM. */
    public static Platform current() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os;
        String processor =
                switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> arch;
                };
        return new Platform(system, processor);
    }

    /**
     * Returns the folder in which the user's caches lie, an absolute path. Of a user without a home
     * it is one in the folder of temporary files.
     */
    public Path cache() {
        return cache(
                System.getProperty("user.home", ""),
                System.getenv().getOrDefault("XDG_CACHE_HOME", ""));
    }

    /**
     * Returns where caches lie.
     *
     * @param home the user's home; what is no absolute path is none
     * @param given what the user says, on Linux; what is no absolute path is as if not said
     */
    Path cache(String home, String given) {
        boolean isLinux = !system.equals("macosx") && !system.equals("windows");
        if (isLinux && isAbsolute(given)) {
            return Path.of(given);
        }
        if (!isAbsolute(home)) {
            String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_-]", "_");
            return Path.of(System.getProperty("java.io.tmpdir"))
                    .toAbsolutePath()
                    .resolve("propane-" + user);
        }
        return switch (system) {
            case "macosx" -> Path.of(home, "Library", "Caches");
            case "windows" -> Path.of(home, "AppData", "Local");
            default -> Path.of(home, ".cache");
        };
    }

    private static boolean isAbsolute(String path) {
        try {
            return Path.of(path).isAbsolute();
        } catch (InvalidPathException _) {
            return false;
        }
    }

    /** Returns for example {@code linux-x86_64}. */
    @Override
    public String toString() {
        return system + "-" + processor;
    }
}
