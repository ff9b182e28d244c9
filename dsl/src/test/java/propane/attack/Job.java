package propane.attack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A part of the attack in a process of its own.
 *
 * @param name what it is called
 * @param flags what its Java is started with
 * @param environment variables that it gets
 * @param main what it runs
 * @param arguments for that
 */
record Job(
        String name,
        List<String> flags,
        Map<String, String> environment,
        Class<?> main,
        List<String> arguments) {
    /** Returns a job without variables. */
    static Job of(String name, List<String> flags, Class<?> main, List<String> arguments) {
        return new Job(name, flags, Map.of(), main, arguments);
    }

    /** Returns the command that starts it. */
    ProcessBuilder builder() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                Arrays.asList(
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path")));
        command.addAll(flags);
        command.add(main.getName());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(new TreeMap<>(environment));
        return builder.redirectErrorStream(true);
    }

    /**
     * Runs it.
     *
     * @param folder where what it says is kept
     * @param minutes after which it counts as hung
     * @return what became of it
     */
    Ending run(Path folder, int minutes) throws IOException, InterruptedException {
        Path said = folder.resolve(name.replaceAll("[^\\w.]", "-") + ".txt");
        long began = System.nanoTime();
        Process process =
                builder().redirectOutput(said.toFile()).directory(folder.toFile()).start();
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Ending(this, ended ? process.exitValue() : -1, text, seconds);
    }

    /**
     * What became of a job.
     *
     * @param job the job
     * @param code how it ended, −1 if it did not
     * @param said all it said
     * @param seconds how long it took
     */
    record Ending(Job job, int code, String said, double seconds) {
        boolean isGood() {
            return code == 0;
        }

        /** Returns how it ended, in words. */
        String text() {
            return switch (code) {
                case 0 -> "good";
                case 1 -> "FAILED";
                case -1 -> "HUNG";
                default -> "CRASHED with " + code;
            };
        }
    }
}
