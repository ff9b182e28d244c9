package propane.attack;

import propane.tensor.PropaneException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Reads many changed inputs of a kind and counts what becomes of them.
 *
 * @param fuzzed the kind
 * @param seed of the first input; the next has the next one
 * @param found where inputs are kept that came out badly
 */
record Fuzzing(Fuzzed fuzzed, long seed, Path found) {
    private static final long SLOW = 2_000_000_000L;

    /**
     * Of so many inputs at least one must be read: where fewer are, something else refuses them.
     */
    private static final int READ_OF = 250;

    /** Of one place that an error escapes from, so many inputs are kept. */
    private static final int OF_ONE_PLACE = 2;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What the net under the checks says: that it was needed is a fault as well. */
    private static final String NET = "holds what no reader expects";

    /**
     * Attacks, and prints how often each outcome came in one line.
     *
     * @return whether all came out well, and enough were read: else the attack reaches nothing
     */
    boolean run(int inputs) throws IOException {
        var counts = new EnumMap<Outcome, Integer>(Outcome.class);
        var places = new HashMap<String, Integer>();
        long slowest = 0;
        for (int i = 0; i < inputs; i++) {
            fuzzed.change(new Random(seed + i));
            Object before = fuzzed.state();
            long began = THREADS.getCurrentThreadCpuTime();
            Outcome outcome = Outcome.LOADED;
            Throwable thrown = new IllegalStateException("nothing was thrown");
            try {
                fuzzed.read();
            } catch (PropaneException e) {
                thrown = e;
                outcome =
                        String.valueOf(e.getMessage()).contains(NET)
                                ? Outcome.ESCAPED
                                : Outcome.REFUSED;
            } catch (RuntimeException | Error e) {
                thrown = e;
                outcome = Outcome.ESCAPED;
            }
            long took = THREADS.getCurrentThreadCpuTime() - began;
            slowest = Math.max(slowest, took);
            if (outcome != Outcome.LOADED && !before.equals(fuzzed.state())) {
                outcome = Outcome.CHANGED;
            }
            if (took > SLOW) {
                outcome = Outcome.SLOW;
            }
            counts.merge(outcome, 1, Integer::sum);
            if (!outcome.isGood()
                    && places.merge(outcome + place(thrown), 1, Integer::sum) <= OF_ONE_PLACE) {
                keep(seed + i, outcome, thrown);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %,d inputs, %s; slowest %d ms of processor time%n",
                fuzzed.kind(),
                inputs,
                counts,
                slowest / 1_000_000);
        return counts.getOrDefault(Outcome.LOADED, 0) * READ_OF >= inputs
                && counts.keySet().stream().allMatch(Outcome::isGood);
    }

    private static String place(Throwable thrown) {
        Throwable last = thrown;
        while (last.getCause() instanceof Throwable cause) {
            last = cause;
        }
        StackTraceElement[] trace = last.getStackTrace();
        return last.getClass() + (trace.length == 0 ? "" : " " + trace[0]);
    }

    private void keep(long at, Outcome outcome, Throwable thrown) throws IOException {
        Path folder = found.resolve(fuzzed.kind().replace(' ', '-') + "-" + at);
        copy(fuzzed.input(), folder.resolve(String.valueOf(fuzzed.input().getFileName())));
        var trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        Files.writeString(folder.resolve("what-happened.txt"), outcome + "\n" + trace);
        String text = thrown.toString();
        System.out.println(
                "FOUND "
                        + fuzzed.kind()
                        + " --seed "
                        + at
                        + ": "
                        + outcome
                        + ", "
                        + text.substring(0, Math.min(300, text.length())).replace("\n", " | ")
                        + "\n      kept in "
                        + folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path place = to.resolve(from.relativize(each).toString());
                if (!Files.exists(place)) {
                    Files.copy(each, place);
                }
            }
        }
    }
}
