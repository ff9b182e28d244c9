package propane.cli;

import propane.ffm.disk.WholeFolder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Keeps programs compiled, one folder a program, so that an unchanged one starts without the
 * compiler. A folder holds the classes, the source they were made from, and what made them.
 */
final class ProgramStore {
    /** The file in a program's folder that names its main class. */
    static final String MAIN = "main-class";

    private static final String SOURCE = "source";
    private static final String MADE_BY = "made-by";

    private final Path folder;

    private ProgramStore(Path folder) {
        this.folder = folder;
    }

    /** Returns the store that the launcher named, or one that lasts as long as this process. */
    static ProgramStore besideTheBuild() throws IOException {
        String named = System.getProperty("propane.programs", "");
        if (!named.isEmpty()) {
            return new ProgramStore(Path.of(named));
        }
        return new ProgramStore(forThisProcess(Files.createTempDirectory("propane-programs")));
    }

    /**
     * Returns the folder with the program's classes.
     *
     * @throws ProgramException if the program does not compile
     */
    Path compiled(Path file) throws IOException {
        String madeBy = file.toAbsolutePath() + "\n" + UserModules.fingerprint();
        Path kept =
                folder.resolve(
                        file.getFileName()
                                + "-"
                                + Integer.toHexString(file.toAbsolutePath().hashCode()));
        if (isCurrent(kept, file, madeBy)) {
            return kept;
        }
        Path made = forThisProcess(Files.createTempDirectory("propane-programs"));
        Files.copy(file, made.resolve(SOURCE));
        var compiled = compile(file, made);
        Files.writeString(made.resolve(MAIN), compiled.mainClass());
        Files.writeString(made.resolve(MADE_BY), madeBy + "\n" + sum(made));
        // Where classes of other sources are in it, nothing would tell that those have changed.
        return compiled.alone() && isKept(made, kept) ? kept : made;
    }

    private static ProgramCompiler.Compiled compile(Path file, Path made) throws IOException {
        try {
            return ProgramCompiler.compile(file, made);
        } catch (ProgramException e) {
            delete(made);
            throw e;
        }
    }

    /**
     * Returns whether a program lies in the store now; where it cannot, this process has its own.
     */
    private boolean isKept(Path made, Path kept) {
        try {
            Files.createDirectories(folder);
            WholeFolder.write(kept, _ -> {}, written -> copy(made, written));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path each : files(from)) {
            Path place = to.resolve(from.relativize(each).toString());
            Files.createDirectories(place.getParent());
            Files.copy(each, place);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Returns a sum of all that was made: a file that was cut short is none that can be run. */
    private static String sum(Path folder) throws IOException {
        var crc = new CRC32();
        for (Path each : files(folder)) {
            if (!each.endsWith(MADE_BY)) {
                crc.update(folder.relativize(each).toString().getBytes(StandardCharsets.UTF_8));
                crc.update(Files.readAllBytes(each));
            }
        }
        return Long.toHexString(crc.getValue());
    }

    private static Path forThisProcess(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        return folder;
    }

    private static boolean isCurrent(Path kept, Path file, String madeBy) throws IOException {
        return Files.isRegularFile(kept.resolve(MADE_BY))
                && Files.isRegularFile(kept.resolve(SOURCE))
                && Arrays.equals(
                        Files.readAllBytes(kept.resolve(MADE_BY)),
                        (madeBy + "\n" + sum(kept)).getBytes(StandardCharsets.UTF_8))
                && Files.mismatch(kept.resolve(SOURCE), file) == -1;
    }

    private static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // What stays behind is only a copy, and is made anew when it is out of date.
            return;
        }
    }
}
