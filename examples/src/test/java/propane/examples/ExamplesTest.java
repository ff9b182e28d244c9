package propane.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import javax.imageio.ImageIO;
import javax.tools.ToolProvider;

/** Every example, run by bin/propane as the guide says. */
@DisabledOnOs(OS.WINDOWS)
final class ExamplesTest {
    @TempDir private Path folder;

    /** Trainings that were exported are left for coremltools. */
    @AfterEach
    void leavePackages() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            for (Path each : left.filter(path -> path.toString().endsWith(".mlpackage")).toList()) {
                copy(each, Path.of("target/packages").resolve(each.getFileName()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> inside = Files.walk(from)) {
            for (Path path : inside.toList()) {
                Path place = to.resolve(from.relativize(path));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(path, place, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** An example leaves its training, and the Swift file that trains it in an app. */
    private void requireTraining(String name) {
        assertThat(folder.resolve(name + "Training.mlpackage")).isNotEmptyDirectory();
        assertThat(folder.resolve(name + "Trainer.swift")).isRegularFile();
    }

    @Test
    void digitsAreLearnedAndLeaveTwoPackages() throws Exception {
        var run = Launched.example(folder, "Digits.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("\naccuracy")).isGreaterThanOrEqualTo(0.97);
        assertThat(run.out())
                .contains(
                        "engine CPU", "not Neural Engine: ", "epoch 40/40", "\nfirst step after ");
        assertThat(folder.resolve("Digits.mlpackage")).isNotEmptyDirectory();
        requireTraining("Digits");
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
        requireTraining("Images");
    }

    @Test
    void digitsAreReadRowByRow() throws Exception {
        var run = Launched.example(folder, "digits-lstm.jsh");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("\naccuracy")).isGreaterThanOrEqualTo(0.98);
        requireTraining("Rows");
    }

    @Test
    void aModelLargeEnoughForTheNeuralEngineLearns() throws Exception {
        var run = Launched.example(folder, "digits-wide.jsh");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("gradients: 100 % of ", "may run on the Neural Engine")
                .doesNotContain("choose the CPU");
        assertThat(run.last("\naccuracy")).isGreaterThanOrEqualTo(0.96);
        requireTraining("Wide");
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
        requireTraining("Custom");
    }

    @Test
    void aGeneratorAndItsCriticTrainInOneStep() throws Exception {
        var run = Launched.example(folder, "Gan.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("epoch 50/50").doesNotContain("NaN");
        requireTraining("Gan");
    }

    @Test
    void digitsAreSqueezedAndDrawn() throws Exception {
        var run = Launched.example(folder, "Autoencoder.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("mean squared error")).isLessThan(0.016);
        requireTraining("Autoencoder");
        var picture = ImageIO.read(folder.resolve("Autoencoder.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(1080);
        // The middle of the first digit, a one, and of what the network made of it.
        assertThat(picture.getRaster().getSample(24, 24, 0)).isGreaterThan(150);
        assertThat(picture.getRaster().getSample(24, 78, 0)).isGreaterThan(150);
    }

    @Test
    void clothesAreToldApart() throws Exception {
        clothes("train", 600);
        clothes("t10k", 200);
        var run = Launched.example(folder, "FashionMnist.java", "--data", ".", "--epochs", "2");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("\naccuracy")).isGreaterThan(0.9);
        requireTraining("Clothes");
        var absent = Launched.example(folder, "FashionMnist.java", "--data", "none");
        assertThat(absent.code()).isEqualTo(1);
        assertThat(absent.out())
                .isEqualTo(
                        "none: not there; apt install dataset-fashion-mnist, or --data FOLDER\n");
    }

    /** Writes images of ten classes, each a bright row of its own. */
    private void clothes(String part, int count) throws IOException {
        byte[] images = new byte[16 + count * 784];
        byte[] labels = new byte[8 + count];
        ByteBuffer.wrap(images).putInt(0x803).putInt(count).putInt(28).putInt(28);
        ByteBuffer.wrap(labels).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            labels[8 + i] = (byte) (i % 10);
            Arrays.fill(
                    images,
                    16 + i * 784 + i % 10 * 56,
                    16 + i * 784 + i % 10 * 56 + 28,
                    (byte) 250);
        }
        pack(part + "-images-idx3-ubyte.gz", images);
        pack(part + "-labels-idx1-ubyte.gz", labels);
    }

    private void pack(String name, byte[] bytes) throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(bytes);
        }
    }

    /** Against the jars that {@code bin/propane} starts; most are too long to be run here. */
    @Test
    void everyBenchmarkCompiles() throws Exception {
        Path root = Path.of("").toAbsolutePath().getParent();
        String jars =
                Stream.of(Files.readString(root.resolve("target/launch/paths")).strip().split(":"))
                        .map(jar -> root.resolve(jar).toString())
                        .collect(Collectors.joining(File.pathSeparator));
        Path benchmarks = root.resolve("benchmarks");
        List<Path> programs;
        try (Stream<Path> files = Files.list(benchmarks)) {
            programs = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
        assertThat(programs).hasSizeGreaterThan(4);
        for (Path program : programs) {
            var said = new ByteArrayOutputStream();
            int code =
                    ToolProvider.getSystemJavaCompiler()
                            .run(
                                    null,
                                    said,
                                    said,
                                    "--module-path",
                                    jars,
                                    "--add-modules",
                                    "propane",
                                    "-sourcepath",
                                    benchmarks.toString(),
                                    "-d",
                                    folder.toString(),
                                    program.toString());
            assertThat(code).as(program + "\n" + said).isZero();
        }
    }

    @Test
    void benchmarksMeasure() throws Exception {
        var run =
                Launched.example(folder, "../benchmarks/Compiling.java", "--once", "lstm-64-steps");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("lstm-64-steps")).isPositive();
    }

    @Test
    void twoInputsTrain() throws Exception {
        var run = Launched.example(folder, "TwoInputs.java");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.last("loss")).isBetween(0.0, 0.5);
        requireTraining("Pairs");
    }

    @Test
    void aTransformerReadsATextAndWritesOn() throws Exception {
        var run = Launched.example(folder, "Opticks.java", "--steps", "20", "--letters", "40");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("epoch 10/10", "\nThe Rays of Light ");
        requireTraining("Opticks");
        // Of 77 letters none was known better than the others at the start.
        assertThat(run.last("\nperplexity")).isBetween(1.0, 40.0);
    }
}
