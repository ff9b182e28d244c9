package propane.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a user's program is compiled against: the modules that this process was started with. */
final class UserModules {
    private static final String PATH =
            System.getProperty("jdk.module.path", System.getProperty("java.class.path"));

    private UserModules() {}

    /** Returns the options of javac and jshell that let a program see {@code module propane}. */
    static List<String> options() {
        return List.of("--module-path", PATH, "--add-modules", "propane");
    }

    /** Returns a text that changes with the JDK and with what lies on the module path. */
    static String fingerprint() throws IOException {
        var text = new StringBuilder(Runtime.version().toString());
        for (String entry : PATH.split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path)) {
                text.append('\n').append(entry).append(' ').append(Files.getLastModifiedTime(path));
            }
        }
        return text.toString();
    }
}
