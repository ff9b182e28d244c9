package propane.ffm.disk;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file that is written whole or not at all: what a name stood for before stays until the new
 * contents lie on the disk, and a power cut between leaves one or the other.
 */
public final class WholeFile {
    private WholeFile() {}

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
     * @param file where to write; its folder must exist; what a link points to is replaced
     * @throws NotDurableException if the new file stands there, but may not outlive a power cut
     * @throws IOException if it could not be written
     */
    public static void write(Path file, Contents contents) throws IOException {
        // A link keeps pointing where it did: what it points to is replaced.
        Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
        requireWritable(target);
        try {
            writeBeside(target, contents);
        } catch (NoSuchFileException _) {
            // Another writer of this file swept between the last byte and the new name.
            writeBeside(target, contents);
        }
        NotDurableException.sync(target.getParent());
    }

    /**
     * Tries whether a file could be written, as far as that is known before its contents are: a
     * temporary file is made beside it and deleted.
     *
     * @param file where one would be written
     * @throws IOException if it could not
     */
    public static void tryOut(Path file) throws IOException {
        Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
        requireWritable(target);
        try (var temporary = Temporary.file(target);
                var out = Disk.used().create(temporary.path())) {
            out.mark();
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

    private static void writeBeside(Path target, Contents contents) throws IOException {
        try (var temporary = Temporary.file(target)) {
            try (var out = Disk.used().create(temporary.path())) {
                out.mark();
                try (var buffered = stream(out)) {
                    contents.writeTo(buffered);
                }
                out.sync();
            }
            Disk.used().rename(temporary.path(), target);
        }
    }

    /** Returns a stream of a file's bytes from the first on; closing it leaves the file open. */
    public static OutputStream stream(Disk.Output out) {
        return new BufferedOutputStream(
                new OutputStream() {
                    private long at;

                    @Override
                    public void write(int one) throws IOException {
                        write(new byte[] {(byte) one}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int count) throws IOException {
                        byte[] piece =
                                from == 0 ? bytes : Arrays.copyOfRange(bytes, from, from + count);
                        out.write(piece, count, at);
                        at += count;
                    }
                },
                1 << 16);
    }
}
