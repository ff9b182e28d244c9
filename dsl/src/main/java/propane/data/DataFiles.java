package propane.data;

import propane.tensor.FormatException;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds files that a program names relatively: in the current folder, else beside the script that
 * runs, whose folder the system property {@code propane.script.dir} names.
 */
final class DataFiles {
    /** The system property that names the folder of the script that runs. */
    static final String SCRIPT_FOLDER = "propane.script.dir";

    private DataFiles() {}

    /**
     * Returns where a file or folder is.
     *
     * @param path its path, absolute or relative
     * @throws FormatException if it is in neither place; names both
     */
    static Path resolve(Path path) {
        if (Files.exists(path)) {
            return path;
        }
        String script = System.getProperty(SCRIPT_FOLDER, "");
        if (path.isAbsolute()) {
            throw new FormatException(path, "there is no such file");
        }
        if (script.isEmpty()) {
            throw new FormatException(path, "there is no such file: not " + path.toAbsolutePath());
        }
        Path beside = Path.of(script).resolve(path);
        if (Files.exists(beside)) {
            return beside;
        }
        throw new FormatException(
                path,
                "there is no such file: neither "
                        + path.toAbsolutePath()
                        + " nor, beside the script, "
                        + beside.toAbsolutePath());
    }
}
