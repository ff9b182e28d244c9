package propane.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a command of bin/propane did, as a user starts it: in a process of its own, from a folder
 * that is not the example's.
 *
 * @param code the exit code
 * @param out what it printed
 * @param err what it said on the error stream
 */
record Launched(int code, String out, String err) {
    private static final Path EXAMPLES = Path.of("").toAbsolutePath();

    /** Runs an example with arguments. */
    static Launched example(Path folder, String name, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("run", EXAMPLES.resolve(name).toString()));
        command.addAll(List.of(arguments));
        Process process = start(folder, command);
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(name + " did not end: " + read(folder, "out.txt"));
        }
        return new Launched(process.exitValue(), read(folder, "out.txt"), read(folder, "err.txt"));
    }

    /** Starts a command; its output goes to the files out.txt and err.txt of the folder. */
    static Process start(Path folder, List<String> arguments) throws IOException {
        return start(folder, arguments, Map.of());
    }

    /** Starts a command as above, with variables in its environment. */
    static Process start(Path folder, List<String> arguments, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("os.name").equals("Linux")) {
            // A build in the background ignores Ctrl-C, and all that it starts would, too.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.add("bash");
        command.add(EXAMPLES.resolveSibling("bin/propane").toString());
        command.add("-Dpropane.shim=" + System.getProperty("propane.shim", ""));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("PROPANE_JDK_PATH", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
    }

    static String read(Path folder, String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    /** Returns the number after the last occurrence of a word. */
    double last(String word) {
        String rest = out.substring(out.lastIndexOf(word + " ") + word.length() + 1);
        return Double.parseDouble(rest.split("[\\s,]", 2)[0]);
    }
}
