package propane.cli;

import propane.ffm.disk.Tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Keeps programs compiled, one folder a program, so that an unchanged one starts without the
 * compiler. A folder holds the classes, the source they were made from, and what made them, with a
 * checksum over all of it.
 */
final class ProgramStore {
    /** The file in a program's folder that names its main class. */
    static final String MAIN = "main-class";

    private static final String SOURCE = "source";
    private static final String MADE_BY = "made-by";
    private static final String COMPILING = "compiling";

    /** What is older was left behind by a process that was killed. */
    private static final Duration LONGEST_COMPILE = Duration.ofHours(1);

    /** A program's name counts up to here, so that the folder's name fits every file system. */
    private static final int NAME_LENGTH = 40;

    private final Path folder;

    private ProgramStore(Path folder) {
        this.folder = folder;
    }

    /** Returns the store that the launcher named, or one that lasts as long as this process. */
    static ProgramStore besideTheBuild() throws IOException {
        String named = System.getProperty("propane.programs", "");
        return new ProgramStore(named.isEmpty() ? temporary() : Path.of(named));
    }

    /**
     * Returns the folder with the program's classes.
     *
     * @throws ProgramException if the program does not compile
     */
    Path compiled(ProgramSource source, ClassPath libraries) throws IOException {
        String madeBy =
                source.file().toAbsolutePath()
                        + "\n"
                        + UserModules.fingerprint()
                        + libraries.fingerprint();
        Path kept = folder.resolve(name(source.file()));
        if (!source.standardInput() && isCurrent(kept, source, madeBy)) {
            return kept;
        }
        Path made = source.standardInput() ? temporary() : emptyFolder(kept);
        Files.writeString(made.resolve(SOURCE), source.text());
        var compiled = compile(source, made, libraries);
        Files.writeString(made.resolve(MAIN), compiled.mainClass());
        // Where classes of other sources are in it, nothing would tell that those have changed.
        return compiled.alone() ? keep(made, kept, madeBy) : forThisProcess(made);
    }

    /** Returns where to compile: beside the programs kept, if that can be written. */
    private Path emptyFolder(Path kept) throws IOException {
        try {
            Files.createDirectories(folder);
            delete(kept);
            sweep();
            return Files.createTempDirectory(folder, COMPILING);
        } catch (IOException e) {
            // The build belongs to another user, or lies on a disk that is full or read only.
            return temporary();
        }
    }

    private static Path temporary() throws IOException {
        return forThisProcess(Files.createTempDirectory("propane-program"));
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, Math.min(NAME_LENGTH, name.length()))
                + "-"
                + Integer.toHexString(file.toAbsolutePath().hashCode());
    }

    private static ProgramCompiler.Compiled compile(
            ProgramSource source, Path made, ClassPath libraries) throws IOException {
        try {
            return ProgramCompiler.compile(source, made, libraries);
        } catch (ProgramException e) {
            delete(made);
            throw e;
        }
    }

    private static Path keep(Path made, Path kept, String madeBy) {
        try {
            Files.writeString(made.resolve(MADE_BY), stamp(made, madeBy));
            return Files.move(made, kept);
        } catch (IOException e) {
            // Another process compiled the same program at the same time, or nothing can be kept.
            return forThisProcess(made);
        }
    }

    private static Path forThisProcess(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        return folder;
    }

    private static boolean isCurrent(Path kept, ProgramSource source, String madeBy) {
        try {
            return Files.exists(kept.resolve(MADE_BY))
                    && Files.readString(kept.resolve(SOURCE)).equals(source.text())
                    && Files.readString(kept.resolve(MADE_BY)).equals(stamp(kept, madeBy));
        } catch (IOException e) {
            // What cannot be read is made anew.
            return false;
        }
    }

    /** Returns who made a folder's files, and a checksum over their names and contents. */
    private static String stamp(Path folder, String madeBy) throws IOException {
        var sum = new CRC32C();
        for (Path file : files(folder)) {
            if (Files.isRegularFile(file) && !file.endsWith(MADE_BY)) {
                sum.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                sum.update(Files.readAllBytes(file));
            }
        }
        return madeBy + "\n" + Long.toHexString(sum.getValue());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    /** Deletes what killed processes left. */
    private void sweep() throws IOException {
        Instant oldest = Instant.now().minus(LONGEST_COMPILE);
        try (var left = Files.newDirectoryStream(folder, COMPILING + "*")) {
            for (Path tree : left) {
                if (Files.getLastModifiedTime(tree).toInstant().isBefore(oldest)) {
                    delete(tree);
                }
            }
        }
    }

    private static void delete(Path tree) {
        try {
            Tree.delete(tree);
        } catch (IOException e) {
            // What stays behind is only a copy, and is made anew when it is out of date.
            return;
        }
    }
}
