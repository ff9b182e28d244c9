package propane.ffm.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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
            Tree.delete(path);
            Tree.delete(marked);
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
                    if (isRegular(each) && !LIVING.contains(each) && Mark.isLeft(each)) {
                        Tree.delete(written);
                        Disk.used().delete(each);
                    }
                } else if (isOwn(name, start, WRITTEN) && isLeftOf(each, name, start)) {
                    Tree.delete(each);
                }
            }
        } catch (IOException | RuntimeException _) {
            // A folder that cannot be listed can be written to all the same.
            return;
        }
    }

    private static boolean isLeftOf(Path written, String name, String start) {
        if (isRegular(written)) {
            return !LIVING.contains(written) && Mark.isLeft(written);
        }
        if (!Files.isDirectory(written, LinkOption.NOFOLLOW_LINKS)
                || Files.exists(written.resolveSibling(without(name, WRITTEN) + MARK))) {
            return false;
        }
        Matcher process = BY_PROCESS.matcher(without(name.substring(start.length()), WRITTEN));
        return process.matches()
                ? ProcessHandle.of(Long.parseLong(process.group(1))).isEmpty()
                : Mark.isOld(written);
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
}
