package propane.ffm;

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

    /** Returns the folder in which the user's caches lie. */
    public Path cache() {
        Path home = Path.of(System.getProperty("user.home"));
        String given = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        return switch (system) {
            case "macosx" -> home.resolve("Library").resolve("Caches");
            case "windows" -> home.resolve("AppData").resolve("Local");
            default -> given.isEmpty() ? home.resolve(".cache") : Path.of(given);
        };
    }

    /** Returns for example {@code linux-x86_64}. */
    @Override
    public String toString() {
        return system + "-" + processor;
    }
}
