package propane.doctor;

import propane.engine.coreml.Answer;
import propane.ffm.shim.ShimModel;
import propane.json.JsonField;
import propane.tensor.FormatException;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks questions, each in a process of its own, and takes note of processes that end or hang.
 *
 * @param command what starts a process of {@link AskOne}
 * @param limit how long one question may take
 */
public record Examination(List<String> command, Duration limit) {
    /** How the answer of a process that hung begins. */
    static final String HUNG = "hung";

    private static final int SHOWN = 400;

    /** Copies the list. */
    public Examination {
        command = List.copyOf(command);
    }

    /**
     * Returns an examination by processes with the same classes as this one, all on the class path.
     *
     * @param main what such a process runs
     */
    public static Examination likeThis(Class<?> main, Duration limit) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String shim = System.getProperty("propane.shim", "");
        if (!shim.isEmpty()) {
            command.add("-Dpropane.shim=" + shim);
        }
        String classes =
                Stream.of(
                                root(main),
                                onClassPath(System.getProperty("jdk.module.path", "")),
                                System.getProperty("java.class.path", ""))
                        .filter(paths -> !paths.isEmpty())
                        .collect(Collectors.joining(File.pathSeparator));
        command.addAll(List.of("--class-path", classes));
        command.add("-Dstdout.encoding=UTF-8");
        command.add("--add-modules=jdk.incubator.vector");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add(main.getName());
        return new Examination(command, limit);
    }

    /** A folder of modules is one of jars on the class path. */
    private static String onClassPath(String modules) {
        return Stream.of(modules.split(File.pathSeparator))
                .map(Path::of)
                .map(path ->
                        Files.isDirectory(path) && !Files.exists(path.resolve("module-info.class"))
                                ? path.resolve("*").toString()
                                : path.toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the folder of classes that a class stands in, or nothing where that is a jar. */
    private static String root(Class<?> of) {
        String file = of.getName().replace('.', '/') + ".class";
        URI place = URI.create(of.getResource("/" + file).toString());
        if (!place.getScheme().equals("file")) {
            return "";
        }
        Path root = Path.of(place);
        for (int i = 0; i < file.split("/").length; i++) {
            root = root.getParent();
        }
        return root.toString();
    }

    /**
     * Returns the answer to a question, whatever becomes of the process.
     *
     * @param units which processors Core ML may use
     */
    public Answer ask(Question question, ShimModel.Units units) {
        try {
            Path folder = Files.createTempDirectory("propane-doctor");
            try {
                return ask(question, units, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            return question.answer(Answer.Outcome.UNKNOWN, "could not be asked: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return question.answer(Answer.Outcome.UNKNOWN, "was not asked to the end");
        }
    }

    private Answer ask(Question question, ShimModel.Units units, Path folder)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(command);
        Path work = Files.createDirectory(folder.resolve("work"));
        arguments.addAll(List.of(question.name(), work.toString(), units.name()));
        File said = folder.resolve("said").toFile();
        Process process =
                new ProcessBuilder(arguments)
                        .redirectErrorStream(true)
                        .redirectOutput(said)
                        .redirectInput(ProcessBuilder.Redirect.PIPE)
                        .start();
        boolean ended;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
        }
        if (!ended) {
            process.waitFor();
            return question.answer(
                    Answer.Outcome.DIED, HUNG + ": nothing within " + limit.toSeconds() + " s");
        }
        // Whatever else was printed may be in no encoding at all.
        String text = new String(Files.readAllBytes(said.toPath()), StandardCharsets.UTF_8);
        return answered(question, text, process.exitValue());
    }

    private static Answer answered(Question question, String text, int exit) {
        String last =
                text.lines()
                        .filter(line -> line.startsWith(AskOne.MARK))
                        .reduce("", (_, line) -> line);
        if (last.isEmpty()) {
            String end = text.strip();
            return question.answer(
                    Answer.Outcome.DIED,
                    "the process ended with "
                            + exit
                            + ": "
                            + end.substring(Math.max(0, end.length() - SHOWN)));
        }
        try {
            return Answer.read(
                    JsonField.parse(last.substring(AskOne.MARK.length()), question.name()));
        } catch (FormatException e) {
            return question.answer(Answer.Outcome.UNKNOWN, e.getMessage());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
