package propane.ffm.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;

/** The marks of files that are being written, {@link Disk.Output#mark}. */
public final class Mark {
    /** Where a file system knows no locks, a file that stands so long is taken for left. */
    private static final Duration OLD = Duration.ofDays(1);

    private Mark() {}

    /** Returns whether nobody writes a file any more that its writer marked. */
    public static boolean isLeft(Path file) {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        } catch (IOException _) {
            return isOld(file);
        }
    }

    static boolean isOld(Path place) {
        try {
            var changed = Files.getLastModifiedTime(place, LinkOption.NOFOLLOW_LINKS).toInstant();
            return changed.plus(OLD).isBefore(Instant.now());
        } catch (IOException _) {
            return false;
        }
    }
}
