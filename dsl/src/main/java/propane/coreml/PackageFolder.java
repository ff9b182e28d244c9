package propane.coreml;

import propane.tensor.PropaneException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A package that is written whole or not at all: under a temporary name beside its own, which it
 * gets once everything lies on the disk. What stood there before is deleted only then.
 */
final class PackageFolder {
    private PackageFolder() {}

    /** The contents of a package, written and checked when asked. */
    @FunctionalInterface
    interface Contents {
        /**
         * Writes into an empty folder.
         *
         * @throws IOException if a file cannot be written
         */
        void writeTo(Path folder) throws IOException;
    }

    /** Returns where a package lies while another one takes its place. */
    static Path former(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".before");
    }

    /**
     * Writes a package.
     *
     * @param path where; the folder that it lies in must exist
     * @throws PropaneException if it could not be written; what stood there is as it was
     */
    static void write(Path path, Contents contents) {
        Path temporary = path;
        boolean started = false;
        try {
            Path target = Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath();
            checkPlace(target);
            recover(target);
            temporary = temporary(target);
            delete(temporary);
            started = true;
            Files.createDirectory(temporary);
            contents.writeTo(temporary);
            sync(temporary);
            swap(temporary, target);
            started = false;
            syncFolder(target.getParent());
        } catch (IOException e) {
            throw new PropaneException(message(path, e), e);
        } finally {
            if (started) {
                tryToDelete(temporary);
            }
        }
    }

    private static void checkPlace(Path target) throws IOException {
        if (target.getFileName() == null || !Files.isDirectory(target.getParent())) {
            throw new IOException("there is no folder " + target.getParent());
        }
        if (Files.exists(target)
                && !Files.isRegularFile(target.resolve(MlPackage.MANIFEST))
                && !isEmptyFolder(target)) {
            throw new IOException("what stands there is no package and is not replaced");
        }
    }

    private static boolean isEmptyFolder(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return false;
        }
        try (var entries = Files.list(target)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Puts things right after a program that ended in the middle of {@link #swap}. */
    private static void recover(Path target) throws IOException {
        Path former = former(target);
        if (Files.exists(target)) {
            delete(former);
        } else if (Files.exists(former)) {
            Files.move(former, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void swap(Path temporary, Path target) throws IOException {
        Path former = former(target);
        boolean replaces = Files.exists(target);
        if (replaces) {
            Files.move(target, former, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaces) {
                Files.move(former, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        tryToDelete(former);
    }

    private static Path temporary(Path target) {
        // Two writers of one package at the same time must not share a temporary folder.
        String unique = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
        return target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
    }

    private static void sync(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        force(file, StandardOpenOption.WRITE);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path inner, IOException failure)
                            throws IOException {
                        syncFolder(inner);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void syncFolder(Path folder) throws IOException {
        try {
            force(folder, StandardOpenOption.READ);
        } catch (AccessDeniedException _) {
            // Windows opens no folders; there the rename is as durable as it gets.
            return;
        }
    }

    private static void force(Path path, StandardOpenOption mode) throws IOException {
        // An interrupt would close the channel and make a file that is written look like none.
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(path, mode)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path inner, IOException failure)
                            throws IOException {
                        Files.delete(inner);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void tryToDelete(Path folder) {
        try {
            delete(folder);
        } catch (IOException _) {
            // Not worth an error of its own: what was asked for is done, or failed before.
            return;
        }
    }

    private static String message(Path path, IOException cause) {
        String type = cause.getClass().getSimpleName();
        String reason = String.valueOf(cause.getMessage());
        return path
                + ": could not be written: "
                + (type.equals("IOException") ? reason : type + " " + reason)
                + (Files.exists(path)
                        ? "; what stood there is untouched"
                        : "; nothing was left behind")
                + ". Make room there or choose another place";
    }
}
