package propane.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

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
        delete(kept);
        Files.createDirectories(folder);
        Path made = Files.createTempDirectory(folder, "compiling");
        Files.copy(file, made.resolve(SOURCE));
        var compiled = compile(file, made);
        Files.writeString(made.resolve(MAIN), compiled.mainClass());
        // Where classes of other sources are in it, nothing would tell that those have changed.
        return compiled.alone() ? keep(made, kept, madeBy) : forThisProcess(made);
    }

    private static ProgramCompiler.Compiled compile(Path file, Path made) throws IOException {
        try {
            return ProgramCompiler.compile(file, made);
        } catch (ProgramException e) {
            delete(made);
            throw e;
        }
    }

    private static Path keep(Path made, Path kept, String madeBy) throws IOException {
        Files.writeString(made.resolve(MADE_BY), madeBy);
        try {
            return Files.move(made, kept);
        } catch (FileSystemException e) {
            // Another process compiled the same program at the same time.
            return forThisProcess(made);
        }
    }

    private static Path forThisProcess(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        return folder;
    }

    private static boolean isCurrent(Path kept, Path file, String madeBy) throws IOException {
        return Files.exists(kept.resolve(MADE_BY))
                && Files.readString(kept.resolve(MADE_BY)).equals(madeBy)
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
