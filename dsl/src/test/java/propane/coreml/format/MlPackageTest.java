package propane.coreml.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.proto.Model;
import propane.ffm.disk.Disk;
import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class MlPackageTest {
    @TempDir Path folder;
    private Path path;
    private Path manifest;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("X.mlpackage");
        manifest = path.resolve("Manifest.json");
        Path inner = Files.createDirectories(path.resolve("Data/com.apple.CoreML/weights"));
        Files.writeString(manifest, Manifest.of(true).text());
        var model = Model.newBuilder().setSpecificationVersion(9);
        Files.write(inner.resolveSibling("model.mlmodel"), model.build().toByteArray());
    }

    @Test
    void readsManifestAndModel() {
        MlPackage opened = MlPackage.open(path);
        assertThat(opened.model()).isEqualTo(path.resolve("Data/com.apple.CoreML/model.mlmodel"));
        assertThat(opened.read().getSpecificationVersion()).isEqualTo(9);
        assertThat(MlPackage.open(opened.model()).read().getSpecificationVersion()).isEqualTo(9);
    }

    @Test
    void writesTheSameManifestAlways() {
        var again = Manifest.parse(Manifest.of(true).text(), "again");
        assertThat(again).isEqualTo(Manifest.of(true));
        assertThat(again.items())
                .extracting(Manifest.Item::path)
                .containsExactly("com.apple.CoreML/model.mlmodel", "com.apple.CoreML/weights");
        assertThat(again.items())
                .allSatisfy(item -> assertThat(item.identifier()).matches("[0-9a-f-]{36}"));
        assertThat(Manifest.of(false).items()).hasSize(1);
    }

    @Test
    void namesTheFieldThatIsWrong() throws IOException {
        broken("\"1.0.0\"", "\"1.1.0\"", "field fileFormatVersion is 1.1.0; can be read");
        broken("\"1.0.0\"", "\"1.0\"", "field fileFormatVersion must be three numbers");
        broken("\"fileFormatVersion\"", "\"version\"", "lacks the member \"fileFormatVersion\"");
        broken("\"author\"", "\"maker\"", "lacks the member \"author\"");
        broken("com.apple.CoreML/weights", "com.apple.CoreML/none", "field path of item");
        broken("com.apple.CoreML/weights", "../../..", "leads out of the package");
        broken("com.apple.CoreML/weights", "/etc/passwd", "leads out of the package");
        broken("com.apple.CoreML/weights", "a\\u0000b", "leads out of the package");
        broken("\"rootModelIdentifier\": \"", "\"rootModelIdentifier\": \"no", "none of the items");
        broken("{", "", "JSON");
    }

    @Test
    void refusesAPackageWithoutItsParts() throws IOException {
        Path model = MlPackage.open(path).model();
        Files.delete(model);
        refuses("field path of item");
        Files.delete(manifest);
        refuses("lacks Manifest.json");
        assertThatThrownBy(() -> MlPackage.open(folder.resolve("None.mlpackage")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("there is no such package");
    }

    @Test
    void refusesAModelThatIsNone() throws IOException {
        Path model = MlPackage.open(path).model();
        byte[] noise = new byte[100];
        Arrays.fill(noise, (byte) 0x8A);
        Files.write(model, noise);
        assertThatThrownBy(() -> MlPackage.open(path).read())
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(model + ": is no Core ML model, or cut short");
    }

    @Test
    void findsWeightsInThePackageOnly() throws IOException {
        MlPackage opened = MlPackage.open(path);
        Path weights = opened.model().resolveSibling("weights").resolve("weight.bin");
        Files.deleteIfExists(weights);
        new WeightFileWriter(Disk.system().create(weights)).close();
        opened.weights("@model_path/weights/weight.bin").close();
        for (String name : new String[] {"weights/weight.bin", "@model_path/../../../../x", ""}) {
            assertThatThrownBy(() -> opened.weights(name))
                    .as(name)
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("field fileName");
        }
        assertThatThrownBy(() -> opened.weights("@model_path/weights/other.bin"))
                .hasMessageContaining("there is no file");
        assertThatThrownBy(() -> MlPackage.open(opened.model()).weights("@model_path/w.bin"))
                .hasMessageContaining("can only lie in a package");
    }

    private void broken(String right, String wrong, String message) throws IOException {
        String text = Files.readString(manifest);
        assertThat(text).contains(right);
        Files.writeString(manifest, text.replace(right, wrong));
        refuses(message);
        Files.writeString(manifest, text);
    }

    private void refuses(String message) {
        assertThatThrownBy(() -> MlPackage.open(path))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageContaining(message);
    }
}
