package propane.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Steps allocate nothing once the virtual machine has compiled them; seen in a process that does
 * nothing else, as in one that ran thousands of tests the compiler knows too many callers.
 */
@DisabledOnOs(OS.WINDOWS)
final class WarmRunTest {
    private static final String STEPS =
            """
            var digits = Dataset.csv(Path.of("%s"), "label").scale(1 / 16.0).take(960)
            var model = model(input(64), sequential(dense(32), relu(), dense(10)))
            var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).batch(32).precision(Precision.%s)
            try (var trainer = training.compile()) {
                trainer.fit(digits, epochs(700));
            }
            """;

    private static final String LONG_LOOPS =
            """
            var model = model(tokens(64), sequential(embedding(77, 96), positionalEmbedding(64),
                    encoderBlock(4).causal(), encoderBlock(4).causal(), layerNorm(), dense(77)))
            var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).batch(32)
            var letters = NDArray.of(new int[256 * 64], 256, 64)
            try (var trainer = training.compile()) {
                trainer.fit(Dataset.of(letters, letters), epochs(16));
            }
            """;

    /** A compiled form of a loop that is given up, by the form's number and the loop's name. */
    private static final Pattern GIVEN_UP =
            Pattern.compile("cid=(\\d+).*(WrittenLoop/\\w+).*profile_predicate");

    private static final Pattern STATS =
            Pattern.compile("train: ([\\d,]+) runs allocated .* the last ([\\d,]+) of them none");

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "MIXED_FLOAT16"})
    void warmStepsAllocateNothing(String precision) throws Exception {
        Path csv = Path.of("data", "digits.csv").toAbsolutePath();
        String err = run(STEPS.formatted(csv, precision), Map.of());
        var found = STATS.matcher(err);
        assertThat(found.find()).as(err).isTrue();
        assertThat(number(found.group(1))).isEqualTo(21_000);
        assertThat(number(found.group(2))).as(err).isGreaterThan(500);
    }

    /**
     * A loop that the compiler gives up at each run is compiled a hundred times anew, and between
     * runs at a fraction of its speed; two or three times are how it learns.
     */
    @Test
    void longLoopsStayCompiled() throws Exception {
        String log = "-Xlog:deoptimization=debug:file=" + folder.resolve("deoptimized.txt");
        run(LONG_LOOPS, Map.of("JDK_JAVA_OPTIONS", log));
        String told = Launched.read(folder, "deoptimized.txt");
        assertThat(told).contains("trap_bci=");
        Map<String, Set<String>> given = new HashMap<>();
        for (MatchResult up : GIVEN_UP.matcher(told).results().toList()) {
            given.computeIfAbsent(up.group(2), loop -> new HashSet<>()).add(up.group(1));
        }
        assertThat(given.values()).as(told).allMatch(forms -> forms.size() <= 10);
    }

    private static int number(String text) {
        return Integer.parseInt(text.replace(",", ""));
    }

    private String run(String script, Map<String, String> environment) throws Exception {
        Files.writeString(folder.resolve("warm.jsh"), script);
        List<String> command = List.of("-Dpropane.stats=true", "run", "warm.jsh");
        Process process = Launched.start(folder, command, environment);
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        String err = Launched.read(folder, "err.txt");
        assertThat(process.exitValue()).as(err).isZero();
        return err;
    }
}
