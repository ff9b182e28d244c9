package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.tensor.DType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/**
 * The training of every example, as the example makes it, exported at two sizes of batch and held
 * against the trainer. A few of them, all with {@code -Dpropane.exports=all}.
 */
class EveryExampleExportsTest {
    private static final Set<String> SAMPLES =
            Set.of("Gan.java", "TwoInputs.java", "custom-loop.jsh");

    /**
     * Max pooling and rectifiers in float16: slopes jump where another of two numbers becomes the
     * larger one, and of two or three examples one is a large share.
     */
    private static final Set<String> JUMPING =
            Set.of("FashionMnist.java", "digits-cnn.jsh", "digits-wide.jsh");

    private static final Set<String> DENSE_AND_CONVOLUTIONAL =
            Set.of(
                    "Digits.java",
                    "digits-cnn.jsh",
                    "digits-wide.jsh",
                    "custom-loop.jsh",
                    "Autoencoder.java",
                    "TwoInputs.java");

    @TempDir private Path folder;

    @BeforeAll
    static void runAsAnExample() {
        System.setProperty("propane.script.dir", ExampleSource.EXAMPLES.toString());
    }

    @AfterAll
    static void runAsATest() {
        System.clearProperty("propane.script.dir");
    }

    static List<String> names() {
        boolean isAll = System.getProperty("propane.exports", "").equals("all");
        return ExampleSource.names().stream()
                .filter(name -> isAll || SAMPLES.contains(name))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void itsPackagesComputeAsTheTrainerDoes(String name) throws Exception {
        var held = new AtomicInteger();
        new ExampleSource(ExampleSource.EXAMPLES.resolve(name), folder)
                .run(
                        trainer -> {
                            var weights = trainer.weights().arrays();
                            for (int batch : List.of(2, 3)) {
                                ExportedTraining.hold(
                                        trainer.training().batch(batch),
                                        weights,
                                        JUMPING.contains(name) ? 0.2 : ExportedTraining.FLOAT16,
                                        folder);
                            }
                            if (DENSE_AND_CONVOLUTIONAL.contains(name)) {
                                requireNeuralEngine(trainer);
                            }
                            held.incrementAndGet();
                        },
                        arguments(name));
        assertThat(held).hasValue(1);
    }

    /** What an app predicts with computes in float16, and nothing keeps it off the engine. */
    private void requireNeuralEngine(Trainer trainer) {
        var exported = trainer.export(folder.resolve("Deployed.mlpackage"));
        assertThat(exported.precision()).as(exported.toString()).isEqualTo(DType.FLOAT16);
        assertThat(exported.placement().mayAllRun()).as(exported.placement().text()).isTrue();
    }

    private String[] arguments(String name) throws IOException {
        return switch (name) {
            case "FashionMnist.java" -> {
                clothes("train", 640);
                clothes("t10k", 64);
                yield new String[] {"--data", folder.toString(), "--epochs", "1"};
            }
            case "Opticks.java" -> new String[] {"--steps", "10", "--letters", "1"};
            default -> new String[0];
        };
    }

    /** Drawn images in place of those of clothes. */
    private void clothes(String part, int count) throws IOException {
        byte[] images = new byte[16 + count * 784];
        byte[] labels = new byte[8 + count];
        new Random(1).nextBytes(images);
        ByteBuffer.wrap(images).putInt(0x803).putInt(count).putInt(28).putInt(28);
        ByteBuffer.wrap(labels).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            labels[8 + i] = (byte) (i % 10);
        }
        pack(part + "-images-idx3-ubyte.gz", images);
        pack(part + "-labels-idx1-ubyte.gz", labels);
    }

    private void pack(String name, byte[] bytes) throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(bytes);
        }
    }
}
