package propane.engine.coreml;

import propane.ffm.shim.CacheBound;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Does in a process of its own what may end or hang a process.
 *
 * @param command what starts it
 * @param limit how long it may take
 */
public record ChildProcess(List<String> command, Duration limit) {
    private static final List<String> HANDED_ON =
            List.of("propane.shim", MachineReport.PLACE, CacheBound.BYTES, CacheBound.DAYS);

    /** Copies the list. */
    public ChildProcess {
        command = List.copyOf(command);
    }

    /**
     * What became of a process.
     *
     * @param hasHung whether it was ended because it took too long
     * @param exit its exit status
     * @param said all it printed
     */
    public record Ending(boolean hasHung, int exit, String said) {
        private static final int SHOWN = 400;

        /** Returns the last line that begins with a mark, without it; nothing if there is none. */
        public List<String> marked(String mark) {
            return said.lines()
                    .filter(line -> line.startsWith(mark))
                    .reduce((_, line) -> line)
                    .map(line -> List.of(line.substring(mark.length())))
                    .orElse(List.of());
        }

        /** Returns how it ended, in words. */
        public String text() {
            String end = said.strip();
            return "the process ended with "
                    + exit
                    + ": "
                    + end.substring(Math.max(0, end.length() - SHOWN));
        }
    }

    /**
     * Returns processes with the same classes as this one, all on the class path.
     *
     * @param main what they run
     */
    public static ChildProcess likeThis(Class<?> main, Duration limit) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String property : HANDED_ON) {
            String value = System.getProperty(property, "");
            if (!value.isEmpty()) {
                command.add("-D" + property + "=" + value);
            }
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
        return new ChildProcess(command, limit);
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
     * Runs one to its end, whatever becomes of it.
     *
     * @throws IOException if it cannot be started
     * @throws InterruptedException if this thread is interrupted before; the process is ended
     */
    public Ending run(List<String> arguments) throws IOException, InterruptedException {
        Path said = Files.createTempFile("propane", "said");
        try {
            Process process =
                    new ProcessBuilder(Stream.concat(command.stream(), arguments.stream()).toList())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .redirectInput(ProcessBuilder.Redirect.PIPE)
                            .start();
            boolean hasEnded;
            try {
                hasEnded = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                process.destroyForcibly();
            }
            int exit = process.waitFor();
            // Whatever else was printed may be in no encoding at all.
            String text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
            return new Ending(!hasEnded, exit, text);
        } finally {
            Files.deleteIfExists(said);
        }
    }
}
