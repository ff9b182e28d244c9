package propane.writing;

import propane.ffm.disk.WholeFile;
import propane.tensor.PropaneException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is written whole or not at all: what a name stood for before stays until the new
 * contents lie on the disk, and a power cut between leaves one or the other. Only files are
 * replaced: no folder, pipe or device.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * Writes a file. If anything fails, nothing is left and what stood there before is as it was.
     *
     * @param file where to write; its folder must exist
     * @param bytes how many bytes the contents have, for the error message
     * @param contents what to write
     * @throws PropaneException if the file could not be written; names file, bytes and reason
     */
    public static void write(Path file, long bytes, WholeFile.Contents contents) {
        try {
            WholeFile.write(file, contents);
        } catch (IOException e) {
            String what = Failure.couldNot(file, bytes + " bytes", e);
            boolean kept = Files.isRegularFile(file);
            String after =
                    kept ? "the file that stood there is untouched" : "nothing was left behind";
            throw new PropaneException(what + Failure.after(e, after), e);
        }
    }

    /**
     * Requires that a file could be written, as far as that is known before its contents are.
     *
     * @param file where one would be written; its folder must exist
     * @throws PropaneException if it could not be written; names file and reason
     */
    public static void requireWritable(Path file) {
        try {
            WholeFile.tryOut(file);
        } catch (IOException e) {
            String after = "nothing was left behind";
            throw new PropaneException(Failure.couldNot(file, "", e) + Failure.after(e, after), e);
        }
    }

    /**
     * Writes a text as UTF-8, as {@link #write(Path, long, WholeFile.Contents)} does.
     *
     * @throws PropaneException if the file could not be written; names file, bytes and reason
     */
    public static void write(Path file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(file, bytes.length, out -> out.write(bytes));
    }

    /**
     * Writes a text into a folder that is made first where there is none.
     *
     * @throws PropaneException if the file could not be written; names file, bytes and reason
     */
    public static void writeWithFolder(Path file, String text) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new PropaneException(Failure.couldNot(file, "its folder", e), e);
        }
        write(file, text);
    }
}
