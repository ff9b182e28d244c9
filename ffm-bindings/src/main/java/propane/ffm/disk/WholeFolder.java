package propane.ffm.disk;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A folder that is written whole or not at all: under a temporary name beside its own, which it
 * gets once everything lies on the disk. What stood there before is deleted only then.
 */
public final class WholeFolder {
    private WholeFolder() {}

    /** The contents of a folder, written and checked when asked. */
    @FunctionalInterface
    public interface Contents {
        /**
         * Writes into an empty folder, through {@link Disk#used}.
         *
         * @throws IOException if a file cannot be written
         */
        void writeTo(Path folder) throws IOException;
    }

    /** Tells whether what stands under a name may be replaced. */
    @FunctionalInterface
    public interface Place {
        /**
         * Returns normally if it may.
         *
         * @throws IOException if not; says why
         */
        void check(Path target) throws IOException;
    }

    /**
     * Returns where a folder lies while another one takes its place, where a system cannot let two
     * folders change their names in one step.
     */
    public static Path former(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".before");
    }

    /**
     * Writes a folder. If anything fails, nothing is left and what stood there before is as it was.
     * What writers that were killed left is deleted by the next one.
     *
     * @param path where; the folder that it lies in must exist; what a link points to is replaced
     * @param place what may be replaced
     * @throws NotDurableException if the new folder stands there, but may not outlive a power cut
     * @throws IOException if it could not be written
     */
    public static void write(Path path, Place place, Contents contents) throws IOException {
        Path target = Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath();
        if (target.getFileName() == null || !Files.isDirectory(target.getParent())) {
            throw new IOException("there is no folder " + target.getParent());
        }
        place.check(target);
        recover(target);
        try (var temporary = Temporary.folder(target);
                var mark = Disk.used().create(temporary.marked())) {
            mark.mark();
            Disk.used().folder(temporary.path());
            contents.writeTo(temporary.path());
            sync(temporary.path());
            boolean exchanged = swap(temporary.path(), target);
            try {
                NotDurableException.sync(target.getParent());
            } catch (NotDurableException e) {
                if (exchanged && isUndone(temporary.path(), target)) {
                    throw new IOException(e.getMessage(), e);
                }
                throw e;
            }
        }
    }

    /** Puts things right after a program that ended in the middle of {@link #swap}. */
    private static void recover(Path target) throws IOException {
        Path former = former(target);
        if (!Files.exists(former)) {
            return;
        }
        if (Files.exists(target)) {
            Tree.delete(former);
        } else {
            Disk.used().rename(former, target);
        }
    }

    /**
     * What stood there gets the temporary name, under which it is deleted.
     *
     * @return whether the same once more undoes it
     */
    private static boolean swap(Path temporary, Path target) throws IOException {
        Disk disk = Disk.used();
        if (!Files.exists(target)) {
            disk.rename(temporary, target);
            return false;
        }
        if (disk.exchange(temporary, target)) {
            return true;
        }
        Path former = former(target);
        disk.rename(target, former);
        try {
            disk.rename(temporary, target);
        } catch (IOException e) {
            disk.rename(former, target);
            throw e;
        }
        NotDurableException.sync(target.getParent());
        disk.rename(former, temporary);
        return false;
    }

    private static boolean isUndone(Path temporary, Path target) {
        try {
            return Disk.used().exchange(temporary, target);
        } catch (IOException _) {
            return false;
        }
    }

    private static void sync(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Disk.used().sync(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path inner, IOException failure)
                            throws IOException {
                        Disk.used().sync(inner);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
