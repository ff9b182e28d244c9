package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that are something else than a model say so in words, whoever reads them. */
class OtherFilesTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version https://git-lfs.github.com/spec/v1 oid | pointer of Git LFS",
                "PK\u0003\u0004 and more | packed (zip)",
                "'' | is empty"
            })
    void theyAreToldApart(String text, String said) throws IOException {
        Path file = folder.resolve("X.mlmodel");
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        List<Runnable> readers =
                List.of(
                        () -> CoreMl.describe(file),
                        () -> CoreMl.lint(file),
                        () -> CoreMl.read(file),
                        () -> CoreMl.check(file));
        for (Runnable reader : readers) {
            assertThatThrownBy(reader::run)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining(said);
        }
    }

    @Test
    void aCompiledModelIsNone() throws IOException {
        Path compiled = Files.createDirectory(folder.resolve("X.mlmodelc"));
        assertThatThrownBy(() -> CoreMl.describe(compiled))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("compiled for a device");
    }

    @Test
    void imagesLabelsAndRangesAreDescribed() {
        Path ports = Path.of("src/test/resources/coreml/ports");
        assertThat(CoreMl.describe(ports.resolve("classifier.mlpackage")))
                .contains("image bgr, 4 × 4 wide and high")
                .contains("3 classes: ant, bee, cow");
        assertThat(CoreMl.describe(ports.resolve("range.mlpackage")))
                .contains("[1 to 8, 4], [2, 4] by default");
        assertThat(CoreMl.describe(ports.resolve("enumerated.mlpackage")))
                .contains("one of [1, 1, 4, 4], [1, 1, 6, 8], [1, 1, 4, 4] by default");
    }

    @Test
    void weightsCountAsTheyAreStoredAlsoInTables() {
        Path tables = Path.of("src/test/resources/coreml/ports/tables.mlpackage");
        assertThat(CoreMl.describe(tables)).contains("256 bytes of weights in 3 blobs");
    }

    @Test
    void systemsOfOldVersionsAreNamed() throws IOException {
        Path file = folder.resolve("Old.mlmodel");
        // Field 1, the version of the specification, and nothing else.
        Files.write(file, new byte[] {8, 3});
        assertThat(CoreMl.describe(file)).contains("specification 3 (iOS 12, macOS 10.14)");
    }
}
