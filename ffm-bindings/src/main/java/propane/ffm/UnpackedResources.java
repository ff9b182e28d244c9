package propane.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Unpacks native libraries from the class path into the user's cache, each once. A file is named by
 * its size and date, appears whole or not at all, and may be unpacked by several processes at once.
 */
final class UnpackedResources {
    private final Path folder;

    UnpackedResources(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the file that a resource was unpacked to.
     *
     * @param resource where it is read from
     * @param name the file's name; libraries that load each other need their own names
     */
    Path unpack(URL resource, String name) {
        try {
            URLConnection connection = resource.openConnection();
            // A cached connection would keep the jar open and answer for a jar that was replaced.
            connection.setUseCaches(false);
            try (InputStream in = connection.getInputStream()) {
                long size = connection.getContentLengthLong();
                Path file =
                        folder.resolve(
                                        Long.toHexString(size)
                                                + "-"
                                                + Long.toHexString(connection.getLastModified()))
                                .resolve(name);
                if (!Files.exists(file) || Files.size(file) != size) {
                    write(in, file);
                }
                return file;
            }
        } catch (IOException e) {
            throw new NativeException("cannot unpack " + name + " into " + folder + ": " + e, e);
        }
    }

    private static void write(InputStream in, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
        try {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
