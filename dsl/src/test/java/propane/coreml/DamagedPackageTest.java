package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.format.MlPackage;
import propane.coreml.write.ProgramPackage;
import propane.ffm.disk.Disk;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Damaged packages end in a FormatException and nothing else; a full disk loses nothing. */
class DamagedPackageTest {
    @TempDir Path folder;
    private Path path;
    private Path model;

    @BeforeEach
    void write() {
        path = folder.resolve("X.mlpackage");
        ProgramPackage.write(program(4), path, ModelCard.BLANK.describedAs("whole"));
        model = MlPackage.open(path).model();
    }

    private static Program program(int width) {
        var x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(2, width)));
        var random = new Random(1);
        float[] values = new float[width * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        Tensor weight = Tensor.constant(NDArray.of(values, width, width));
        Tensor y = x.tensor().matmul(weight).softmax(-1).sum(1);
        return Program.of(Program.Function.of("f", List.of(Program.Output.result("y", y))));
    }

    @Test
    void aModelCutShortIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(model);
        for (int length = 0; length < whole.length; length += 5) {
            Files.write(model, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CoreMl.read(path))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(model.toString());
        }
    }

    @Test
    void aWeightFileCutShortIsRefused() throws IOException {
        Path weights = model.resolveSibling("weights").resolve("weight.bin");
        byte[] whole = Files.readAllBytes(weights);
        for (int length = 0; length < whole.length; length++) {
            Files.write(weights, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CoreMl.read(path))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(weights.toString());
        }
    }

    @Test
    void randomDamageIsRefusedOrHarmless() throws IOException {
        long seed = 20_260;
        var random = new Random(seed);
        byte[] whole = Files.readAllBytes(model);
        int refused = 0;
        for (int round = 0; round < 1_000; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(model, damaged);
            refused += isRefused(() -> CoreMl.read(path), seed, round) ? 1 : 0;
            isRefused(() -> CoreMl.check(path), seed, round);
            isRefused(() -> CoreMl.describe(path), seed, round);
            isRefused(() -> CoreMl.lint(path).text(), seed, round);
        }
        assertThat(refused).isGreaterThan(400);
    }

    private static boolean isRefused(Runnable reading, long seed, int round) {
        try {
            reading.run();
            return false;
        } catch (FormatException e) {
            assertThat(e.getMessage()).isNotBlank();
            return true;
        } catch (RuntimeException | Error e) {
            return fail("seed " + seed + ", round " + round, e);
        }
    }

    /** Writes a package of a width and ends with 3 if that fails; runs in a process of its own. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            try {
                Program program = program(Integer.parseInt(args[1]));
                ProgramPackage.write(program, Path.of(args[0]), ModelCard.BLANK);
            } catch (PropaneException e) {
                System.err.println(e.getMessage());
                System.exit(3);
            }
        }
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void aFullDiskLeavesTheOldPackage() throws Exception {
        assertThat(written(path, 400, "64"))
                .startsWith(path + ": could not be written: ")
                .contains("; what stood there is untouched.");
        assertThat(CoreMl.describe(path)).contains("description: whole");
        assertThat(written(folder.resolve("Y.mlpackage"), 400, "64"))
                .contains("; nothing was left behind.");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(path);
        }
        assertThat(written(path, 400, "unlimited")).isEmpty();
        assertThat(CoreMl.describe(path)).contains("640,000 bytes of weights");
    }

    /** Returns what a child process says that may write files of so many kilobytes. */
    private static String written(Path path, int width, String kilobytes) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes =
                String.join(
                        ":",
                        root(Disk.class),
                        root(CoreMl.class),
                        root(Writer.class),
                        root(com.google.protobuf.Message.class));
        String command =
                ("ulimit -f %s; exec '%s' -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp"
                                + " '%s' '%s' '%s' %d")
                        .formatted(kilobytes, java, classes, Writer.class.getName(), path, width);
        var process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(said.isEmpty() ? 0 : 3);
        return said;
    }

    /** Returns the folder or archive that a class came from. */
    private static String root(Class<?> type) throws Exception {
        var source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
        return Path.of(source.getLocation().toURI()).toString();
    }
}
