package propane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Input;
import propane.nn.Model;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.UnknownNameException;
import propane.train.Predictor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files of weights that PyTorch, NumPy and safetensors wrote: see weights/make.py. */
class WeightsOfOthersTest {
    private static final Path WEIGHTS = Path.of("src", "test", "resources", "weights");

    @TempDir private Path folder;

    private static Weights read(String name) {
        return Weights.read(WEIGHTS.resolve(name));
    }

    @ParameterizedTest
    @CsvSource({
        "net.pt, net.safetensors",
        "views.pt, views.safetensors",
        "views-protocol-4.pt, views.safetensors",
        "arrays.npz, arrays.safetensors",
        "compressed.npz, arrays.safetensors",
        "model.safetensors.index.json, net.safetensors",
        "'', net.safetensors",
    })
    void isReadToTheBit(String name, String expected) {
        assertThat(read(name).arrays()).containsExactlyInAnyOrderEntriesOf(read(expected).arrays());
    }

    @Test
    void theOnlyDictionaryOfTensorsIsFound() {
        assertThat(read("nested.pt").paths()).isEqualTo(read("net.pt").paths());
        assertThat(Weights.read(WEIGHTS.resolve("nested.pt"), "model"))
                .isEqualTo(read("nested.pt"));
    }

    @Test
    void ofSeveralDictionariesOneMustBeNamed() {
        Path several = WEIGHTS.resolve("several.pt");
        assertThatThrownBy(() -> Weights.read(several))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("[model, ema/model]")
                .hasMessageContaining("Weights.read(path, \"model\")");
        assertThat(Weights.read(several, "ema/model").paths()).isEqualTo(read("net.pt").paths());
        assertThatThrownBy(() -> Weights.read(several, "ema"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("no dictionary of tensors ema; it has [model, ema/model]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrays.npz", "net.safetensors", "model.safetensors.index.json"})
    void onlyPyTorchHasEntries(String name) {
        assertThatThrownBy(() -> Weights.read(WEIGHTS.resolve(name), "model"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(name + ": is no file of PyTorch");
    }

    @Test
    void whatIsNoTensorIsRefusedByItsName() {
        assertThatThrownBy(() -> read("whole.pt"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("torch.nn.modules")
                .hasMessageContaining("fix: save the tensors alone in Python");
        assertThatThrownBy(() -> read("old.pt"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("before 1.6");
    }

    /** What a malicious pickle begins with; nothing of it may run. */
    @Test
    void noNameOfAFileIsCalled() throws IOException {
        Path file = folder.resolve("evil.pt");
        pickled(file, "\u0080\u0002cos\nsystem\nX\u0004\u0000\u0000\u0000true\u0085R.");
        assertThatThrownBy(() -> Weights.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("names os.system");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0080\u0002}q\u0000X\u0001\u0000\u0000\u0000ah\u0000s.", // holds itself
                "\u0080\u0002}(((((.",
                "\u0080\u0002u.",
                "\u0080\u0002h\u0005.",
                "\u0080\u0002\u008a\u00ff.",
                "\u0080\u0002X\u00ff\u00ff\u00ff\u007f.",
                "\u0080\u0001.",
                "\u0080\u0002",
                "",
                "\u0080\u0002N.",
            })
    void brokenPicklesAreOneError(String pickle) throws IOException {
        Path file = folder.resolve("broken.pt");
        pickled(file, pickle);
        assertThatThrownBy(() -> Weights.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("broken.pt");
    }

    private static void pickled(Path file, String pickle) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(pickle.getBytes(StandardCharsets.ISO_8859_1));
            zip.closeEntry();
        }
    }

    /** Bytes that change anywhere: values that are read whole, or one error within bounds. */
    @ParameterizedTest
    @ValueSource(strings = {"net.pt", "views.pt", "nested.pt", "arrays.npz", "compressed.npz"})
    void changedBytesAreTakenWholeOrNotAtAll(String name) throws IOException {
        byte[] good = Files.readAllBytes(WEIGHTS.resolve(name));
        long seed = 7;
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            if (i % 3 == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            Path file = folder.resolve("changed");
            Files.write(file, bad);
            long began = System.nanoTime();
            try {
                Weights.read(file);
            } catch (FormatException e) {
                assertThat(e).hasMessageContaining("changed");
            }
            assertThat(System.nanoTime() - began)
                    .as("seed " + seed + ", change " + i)
                    .isLessThan(TimeUnit.SECONDS.toNanos(20));
        }
    }

    @Test
    void namesOfPyTorchBecomePaths() {
        var model =
                Model.model(
                        Input.input(2, 4, 4),
                        sequential(
                                named("conv1", conv2d(3, 3)),
                                named("bn1", batchNorm()),
                                flatten(),
                                named("layer_0", dense(2)),
                                named("layer_1", layerNorm())));
        Weights net = read("net.pt").renamed(Weights.torch());
        assertThat(net.paths())
                .containsExactly(
                        "conv1/weight",
                        "conv1/bias",
                        "bn1/gamma",
                        "bn1/beta",
                        "bn1/mean",
                        "bn1/variance",
                        "layer_0/weight",
                        "layer_0/bias",
                        "layer_1/gamma",
                        "layer_1/beta");
        assertThatThrownBy(() -> Predictor.of(model, read("net.pt")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("left over: conv1.weight, conv1.bias, bn1.weight")
                .hasMessageContaining("layer.0.weight and 3 more; missing: conv1/weight")
                .hasMessageContaining("weights.renamed(Weights.torch())");
        Weights lacking = net.renamed((path, _) -> path.startsWith("conv1") ? "" : path);
        assertThatThrownBy(() -> Predictor.of(model, lacking))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("there are no weights for conv1/weight, conv1/bias");
        try (var predictor = Predictor.of(model, net)) {
            var x = NDArray.of(new float[2 * 2 * 4 * 4], 2, 2, 4, 4);
            assertThat(predictor.predict(x).shape()).isEqualTo(Shape.shape(2, 2));
        }
    }

    @Test
    void aTableRenames() {
        var two = Weights.none().with("a", NDArray.scalar(1)).with("b", NDArray.scalar(2));
        assertThat(two.renamed(Map.of("a", "c")).paths()).containsExactly("c", "b");
        assertThat(two.renamed((path, _) -> path.equals("a") ? "" : path).paths())
                .containsExactly("b");
        assertThatThrownBy(() -> two.renamed(Map.of("a", "b")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("both a and b become b");
        assertThatThrownBy(() -> two.renamed(Map.of("A", "b")))
                .isInstanceOf(UnknownNameException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../net.safetensors", "/etc/passwd", "missing.safetensors", ""})
    void shardsStandBesideTheirIndex(String shard) throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
        assertThatThrownBy(() -> Weights.read(index))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("weight_map.a")
                .hasMessageContaining("beside it");
    }
}
