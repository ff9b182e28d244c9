package propane.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every example, run by bin/propane as the guide says. */
@DisabledOnOs(OS.WINDOWS)
final class ExamplesTest {
    @TempDir private Path folder;

    @Test
    void digitsAreLearnedAndLeaveTwoPackages() throws Exception {
        var run = Launched.example(folder, "Digits.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("\naccuracy")).isGreaterThanOrEqualTo(0.97);
        assertThat(run.out())
                .contains(
                        "engine CPU", "not Neural Engine: ", "epoch 40/40", "\nfirst step after ");
        assertThat(folder.resolve("Digits.mlpackage")).isNotEmptyDirectory();
        assertThat(folder.resolve("DigitsTraining.mlpackage")).isNotEmptyDirectory();
    }

    @Test
    void aTableNamedOnTheCommandLineIsRead() throws Exception {
        Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
        var run = Launched.example(folder, "Digits.java", "other.csv");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("other.csv").doesNotContain("\tat ");
    }

    @Test
    void digitsAreLearnedByAConvolutionalNetworkInJshell() throws Exception {
        var run = Launched.example(folder, "digits-cnn.jsh");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("\naccuracy")).isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void aLoopOfOnesOwnTrains() throws Exception {
        var run = Launched.example(folder, "custom-loop.jsh");
        assertThat(run.code()).as(run.err()).isZero();
        List<Double> losses =
                run.out()
                        .lines()
                        .filter(line -> line.startsWith("epoch"))
                        .map(line -> Double.valueOf(line.replaceFirst(".*?loss ([^, ]*).*", "$1")))
                        .toList();
        assertThat(losses).hasSize(5);
        assertThat(losses.getLast()).isLessThan(losses.getFirst() / 2);
    }

    @Test
    void aGeneratorAndItsCriticTrainInOneStep() throws Exception {
        var run = Launched.example(folder, "Gan.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("epoch 50/50").doesNotContain("NaN");
    }

    @Test
    void twoInputsTrain() throws Exception {
        var run = Launched.example(folder, "TwoInputs.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("loss")).isBetween(0.0, 0.5);
    }
}
