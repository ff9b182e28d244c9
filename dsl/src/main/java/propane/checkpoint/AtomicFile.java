package propane.checkpoint;

import propane.tensor.PropaneException;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written whole or not at all: what a name stood for before stays until the new
 * contents lie on the disk, and a power cut between leaves one or the other.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** The contents of a file, written when asked. */
    @FunctionalInterface
    public interface Contents {
        /**
         * Writes all bytes in order.
         *
         * @throws IOException if the stream does
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file under a temporary name beside it, brings it to the disk and renames it. If
     * anything fails, the temporary file is deleted and what stood there before is as it was.
     * Temporary files of writers that were killed are deleted by the next one.
     *
     * @param file where to write; its folder must exist
     * @param bytes how many bytes the contents have, for the error message
     * @param contents what to write
     * @throws PropaneException if the file could not be written; names file, bytes and reason
     */
    public static void write(Path file, long bytes, Contents contents) {
        Path target = file;
        try {
            // A link keeps pointing where it did: what it points to is replaced.
            target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
            requireWritable(target);
            try {
                write(target, contents);
            } catch (NoSuchFileException _) {
                // Another writer of this file swept between the last byte and the new name.
                write(target, contents);
            }
            sync(target.getParent());
        } catch (IOException e) {
            throw new PropaneException(message(file, target, bytes, e), e);
        }
    }

    private static void requireWritable(Path target) throws IOException {
        if (target.getFileName() == null || Files.isDirectory(target)) {
            throw new IOException("it is a folder");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new IOException("it is a pipe or a device, which no file may replace");
        }
        if (!Files.isDirectory(target.getParent())) {
            throw new IOException("there is no folder " + target.getParent());
        }
    }

    private static void write(Path target, Contents contents) throws IOException {
        try (var temporary = TemporaryFile.beside(target)) {
            try (var out = new FileOutputStream(temporary.path().toFile());
                    var buffered = new BufferedOutputStream(out, 1 << 16)) {
                TemporaryFile.lock(out);
                contents.writeTo(buffered);
                buffered.flush();
                out.getFD().sync();
            }
            Files.move(temporary.path(), target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Brings the renaming itself to the disk. */
    private static void sync(Path folder) throws IOException {
        // An interrupt would close the channel and make a file that is written look like none.
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException _) {
            // Windows opens no folders; there the rename is as durable as it gets.
            return;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String message(Path file, Path target, long bytes, IOException cause) {
        boolean kept = Files.isRegularFile(target);
        return file
                + ": could not be written ("
                + bytes
                + " bytes): "
                + reason(cause)
                + (kept ? "; the file that stood there is untouched" : "; nothing was left behind")
                + ". Make room there or choose another place";
    }

    private static String reason(IOException cause) {
        String type = cause.getClass().getSimpleName();
        String message = String.valueOf(cause.getMessage());
        return type.equals("IOException") ? message : type + " " + message;
    }
}
