package propane.ffm;

import propane.ffm.disk.Mark;
import propane.ffm.disk.Tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sweeps a folder of unpacked libraries: parts of processes that died while they wrote, and
 * libraries that nothing has used for a month. That it cannot is no reason to fail.
 *
 * @param folder the folder
 */
record Leftovers(Path folder) {
    /** How the name of a file ends that is being written. */
    static final String PART = ".part";

    /** How the name of a folder begins that holds copies for one process. */
    static final String COPY = "propane-natives";

    private static final Pattern LIBRARY = Pattern.compile("[0-9a-f]{1,16}-[0-9a-f]{1,16}");
    private static final Duration UNUSED = Duration.ofDays(30);
    private static final Duration MARKED = Duration.ofDays(1);

    /**
     * Sweeps.
     *
     * @param used what is used now, and from now on counts as used today
     */
    void sweep(Path used) {
        Instant now = Instant.now();
        try {
            if (isOlder(used, now, MARKED)) {
                Files.setLastModifiedTime(used, FileTime.from(now));
            }
            for (Path each : list(folder)) {
                String name = String.valueOf(each.getFileName());
                if (name.endsWith(PART) && Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    if (Mark.isLeft(each)) {
                        Files.deleteIfExists(each);
                    }
                } else if (!each.equals(used)) {
                    library(each, name, now);
                }
            }
            Path above = folder.toAbsolutePath().getParent();
            if (above.endsWith("propane")) {
                // Former releases unpacked one folder higher.
                for (Path each : list(above)) {
                    library(each, String.valueOf(each.getFileName()), now);
                }
            }
        } catch (IOException | RuntimeException _) {
            return;
        }
    }

    /** Sweeps copies of processes that died between making and deleting them, after a day. */
    void sweepCopies() {
        Instant now = Instant.now();
        try {
            for (Path each : list(folder)) {
                if (String.valueOf(each.getFileName()).startsWith(COPY)
                        && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && PrivateFolder.isOnlyOurs(each)
                        && isOlder(each, now, MARKED)) {
                    Tree.delete(each);
                }
            }
        } catch (IOException | RuntimeException _) {
            return;
        }
    }

    private static List<Path> list(Path of) throws IOException {
        try (Stream<Path> all = Files.list(of)) {
            return all.toList();
        }
    }

    private static boolean isOlder(Path place, Instant now, Duration age) throws IOException {
        var changed = Files.getLastModifiedTime(place, LinkOption.NOFOLLOW_LINKS).toInstant();
        return changed.plus(age).isBefore(now);
    }

    private static void library(Path place, String name, Instant now) throws IOException {
        if (LIBRARY.matcher(name).matches()
                && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
                && isOlder(place, now, UNUSED)) {
            for (Path file : list(place)) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(place);
        }
    }
}
