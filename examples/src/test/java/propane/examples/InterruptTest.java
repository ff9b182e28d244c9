package propane.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ctrl-C, as the terminal sends it. */
@DisabledOnOs(OS.WINDOWS)
final class InterruptTest {
    private static final String ENDLESS =
            """
            var digits = Dataset.of(new float[64][8], new int[64])
            var trainer = training(model(input(8), dense(2)))
                .loss(softmaxCrossEntropy()).optimizer(sgd(0.1)).batch(8).seed(1)
                .compile()
            trainer.fit(digits, epochs(10_000_000), checkpoint(Path.of("saved")), callback(event -> {
                System.out.println("going"); return TrainerCallback.Signal.CONTINUE; }))
            System.out.println("went on")
            """;

    @TempDir private Path folder;

    @Test
    void ctrlCSavesAndEndsWith130() throws Exception {
        Files.writeString(folder.resolve("endless.jsh"), ENDLESS);
        Process process = Launched.start(folder, List.of("run", "endless.jsh"));
        var patience = Instant.now().plus(Duration.ofMinutes(2));
        while (!Launched.read(folder, "out.txt").contains("going")) {
            assertThat(process.isAlive()).as(Launched.read(folder, "err.txt")).isTrue();
            assertThat(Instant.now()).isBefore(patience);
            Thread.sleep(50);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(folder.resolve("saved")).exists();
        assertThat(Launched.read(folder, "out.txt")).doesNotContain("went on");
        assertThat(Launched.read(folder, "err.txt")).doesNotContain("\tat ");
    }
}
