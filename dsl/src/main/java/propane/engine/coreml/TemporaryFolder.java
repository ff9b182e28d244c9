package propane.engine.coreml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder that is deleted with all that lies in it.
 *
 * @param path the folder
 */
record TemporaryFolder(Path path) implements AutoCloseable {
    /** Makes a new one. */
    TemporaryFolder() {
        this(made());
    }

    private static Path made() {
        try {
            return Files.createTempDirectory("propane");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
