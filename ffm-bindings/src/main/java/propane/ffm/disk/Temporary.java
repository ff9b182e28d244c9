package propane.ffm.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The temporary names of a writer, beside its target: {@code .NAME.UNIQUE.tmp} for what is written
 * and, for a folder, which cannot be locked, a file {@code .NAME.UNIQUE.lock}. The file is locked
 * as long as the writer lives: what is not locked was left by a process that was killed, on this
 * machine or another. Closing deletes what has got no other name.
 *
 * @param path what is written
 * @param marked the file that is locked
 */
record Temporary(Path path, Path marked) implements AutoCloseable {
    private static final String WRITTEN = ".tmp";
    private static final String MARK = ".lock";

    /** How folders were called that knew no locks: by process and thread. */
    private static final Pattern BY_PROCESS = Pattern.compile("(\\d{1,18})-\\d+");

    /** Where a file system knows no locks, a file that stands so long is taken for left. */
    private static final Duration OLD = Duration.ofDays(1);

    /** What this process writes: asking the system for a lock of its own would lose the lock. */
    private static final Set<Path> LIVING = ConcurrentHashMap.newKeySet();

    /** Returns new names for a file, and sweeps what killed writers of the same target left. */
    static Temporary file(Path target) {
        return beside(target, WRITTEN);
    }

    /** Returns new names for a folder, and sweeps what killed writers of the same target left. */
    static Temporary folder(Path target) {
        return beside(target, MARK);
    }

    private static Temporary beside(Path target, String marked) {
        String start = "." + target.getFileName() + ".";
        sweep(target.getParent(), start);
        String unique = start + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        var made =
                new Temporary(
                        target.resolveSibling(unique + WRITTEN),
                        target.resolveSibling(unique + marked));
        LIVING.add(made.marked);
        return made;
    }

    @Override
    public void close() {
        try {
            deleteTree(path);
            deleteTree(marked);
        } catch (IOException _) {
            // What stays is swept by the next writer; the first failure is the one to report.
            return;
        } finally {
            LIVING.remove(marked);
        }
    }

    private static void sweep(Path folder, String start) {
        try {
            for (Path each : list(folder)) {
                String name = each.getFileName().toString();
                if (isOwn(name, start, MARK)) {
                    Path written = each.resolveSibling(without(name, MARK) + WRITTEN);
                    if (isRegular(each) && !LIVING.contains(each) && isLeft(each)) {
                        deleteTree(written);
                        Disk.used().delete(each);
                    }
                } else if (isOwn(name, start, WRITTEN) && isLeftOf(each, name, start)) {
                    deleteTree(each);
                }
            }
        } catch (IOException | RuntimeException _) {
            // A folder that cannot be listed can be written to all the same.
            return;
        }
    }

    private static boolean isLeftOf(Path written, String name, String start) {
        if (isRegular(written)) {
            return !LIVING.contains(written) && isLeft(written);
        }
        if (!Files.isDirectory(written, LinkOption.NOFOLLOW_LINKS)
                || Files.exists(written.resolveSibling(without(name, WRITTEN) + MARK))) {
            return false;
        }
        Matcher process = BY_PROCESS.matcher(without(name.substring(start.length()), WRITTEN));
        return process.matches()
                ? ProcessHandle.of(Long.parseLong(process.group(1))).isEmpty()
                : isOld(written);
    }

    private static String without(String name, String end) {
        return name.substring(0, name.length() - end.length());
    }

    private static boolean isRegular(Path place) {
        return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static boolean isOwn(String name, String start, String end) {
        return name.startsWith(start)
                && name.endsWith(end)
                && name.length() > start.length() + end.length()
                && name.indexOf('.', start.length()) == name.length() - end.length();
    }

    /** Returns whether nobody writes a file any more that its writer marked. */
    static boolean isLeft(Path file) {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        } catch (IOException _) {
            return isOld(file);
        }
    }

    private static boolean isOld(Path place) {
        try {
            var changed = Files.getLastModifiedTime(place, LinkOption.NOFOLLOW_LINKS).toInstant();
            return changed.plus(OLD).isBefore(Instant.now());
        } catch (IOException _) {
            return false;
        }
    }

    /** Deletes a file, or a folder with all that is in it; nothing behind links. */
    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Disk.used().delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path inner, IOException failure)
                            throws IOException {
                        Disk.used().delete(inner);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
