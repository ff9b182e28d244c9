package propane.engine.coreml;

import propane.ffm.disk.Tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder that is deleted with all that lies in it.
 *
 * @param path the folder
 */
record ScratchFolder(Path path) implements AutoCloseable {
    /** Makes a new one. */
    ScratchFolder() {
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
        try {
            Tree.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
