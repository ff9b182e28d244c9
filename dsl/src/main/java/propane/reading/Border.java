package propane.reading;

import propane.tensor.FormatException;
import propane.tensor.Problem;
import propane.tensor.PropaneException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where what a file holds enters: whatever a reader stumbles over leaves as one FormatException
 * with file and place. It is the net under checks that are made before, not in place of them.
 */
public final class Border {
    private Border() {}

    /**
     * Reads.
     *
     * @param where the file, and the field where it is known
     * @throws FormatException if the reading fails in any way
     */
    public static <T> T read(String where, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (FormatException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw error(where, e);
        }
    }

    /** Returns the error of a file for whatever its reader stumbled over. */
    public static FormatException error(String where, Throwable e) {
        Problem problem =
                switch (e) {
                    case PropaneException told -> Problem.ofFile(where, told.rule());
                    case StackOverflowError _ ->
                            Problem.ofFile(where, "its parts lie in each other too deep");
                    case OutOfMemoryError _ ->
                            Problem.ofFile(
                                            where,
                                            "what it holds needs more memory than the "
                                                    + (Runtime.getRuntime().maxMemory() >> 20)
                                                    + " MB that Java may take")
                                    .fix(
                                            "start Java with more, -Xmx8g for example, if the file"
                                                    + " is what it should be");
                    default ->
                            Problem.ofFile(
                                    where, "holds what no reader expects: " + e.getMessage());
                };
        return new FormatException(problem, e);
    }

    /**
     * Reads into what is there already.
     *
     * @param where the file, and the field where it is known
     * @throws FormatException if the reading fails in any way
     */
    public static void run(String where, Runnable reading) {
        read(
                where,
                () -> {
                    reading.run();
                    return where;
                });
    }

    /**
     * Requires that a path, if anything stands there, leads to a file or folder on a disk: opening
     * a pipe would wait for ever, and a device has no end.
     *
     * @throws FormatException if it leads to something else
     */
    public static void requireNoPipe(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
            throw new FormatException(path, "is a pipe or a device, no file");
        }
    }
}
