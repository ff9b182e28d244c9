package propane.checkpoint;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The temporary file of a writer, beside its target and locked as long as it is written: one that
 * is not locked was left by a process that was killed, on this machine or another. Closing deletes
 * it, unless it has got another name.
 *
 * @param path where it is
 */
record TemporaryFile(Path path) implements AutoCloseable {
    private static final String END = ".tmp";

    /** Where a file system knows no locks, a file that stands so long is taken for left. */
    private static final Duration OLD = Duration.ofDays(1);

    /** What this process writes: asking the system for a lock of its own would lose the lock. */
    private static final Set<Path> WRITTEN = ConcurrentHashMap.newKeySet();

    /**
     * Makes an empty file of a name of its own, and deletes what killed writers of the same target
     * left.
     *
     * @param target the file that it is to become, an absolute path
     * @throws IOException if it cannot be made
     */
    static TemporaryFile beside(Path target) throws IOException {
        String start = "." + target.getFileName() + ".";
        sweep(target.getParent(), start);
        String unique = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path temporary = target.resolveSibling(start + unique + END);
        var made = new TemporaryFile(temporary);
        WRITTEN.add(temporary);
        try {
            Files.createFile(temporary);
            return made;
        } catch (IOException e) {
            made.close();
            throw e;
        }
    }

    /** Marks a file as being written, until it is closed; what file systems cannot is left out. */
    static void lock(FileOutputStream out) {
        try {
            out.getChannel().tryLock();
        } catch (IOException | OverlappingFileLockException _) {
            return;
        }
    }

    @Override
    public void close() {
        delete(path);
        WRITTEN.remove(path);
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException _) {
            // The first failure is the one to report.
            return;
        }
    }

    private static void sweep(Path folder, String start) {
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(each -> isTemporary(each.getFileName().toString(), start))
                    .filter(each -> !WRITTEN.contains(each))
                    .filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
                    .filter(TemporaryFile::isLeft)
                    .forEach(TemporaryFile::delete);
        } catch (IOException | RuntimeException _) {
            // A folder that cannot be listed can be written to all the same.
            return;
        }
    }

    private static boolean isTemporary(String name, String start) {
        return name.startsWith(start)
                && name.endsWith(END)
                && name.length() > start.length() + END.length()
                && name.indexOf('.', start.length()) == name.length() - END.length();
    }

    private static boolean isLeft(Path temporary) {
        try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        } catch (IOException _) {
            return isOld(temporary);
        }
    }

    private static boolean isOld(Path temporary) {
        try {
            var changed = Files.getLastModifiedTime(temporary).toInstant();
            return changed.plus(OLD).isBefore(Instant.now());
        } catch (IOException _) {
            return false;
        }
    }
}
