package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Generated bindings are what jextract made of the headers beside them. */
class BindingsLockTest {
    private static final Path MODULE =
            Files.exists(Path.of("jextract")) ? Path.of("") : Path.of("..", "ffm-bindings");

    @Test
    void nothingWasEditedSinceItWasGenerated() throws IOException {
        var found = new ArrayList<String>();
        for (String folder :
                List.of(
                        "jextract",
                        "src/main/generated-java",
                        "../swift-shim/Sources/CPropaneShim/include")) {
            try (Stream<Path> files = Files.walk(MODULE.resolve(folder))) {
                files.filter(file -> file.toString().matches(".*\\.(h|includes|java)"))
                        .forEach(file -> found.add(line(file)));
            }
        }
        assertThat(found)
                .as("run ffm-bindings/jextract/regenerate.sh after a change of what is bound")
                .containsExactlyInAnyOrderElementsOf(
                        Files.readAllLines(MODULE.resolve("jextract").resolve("bindings.lock")));
    }

    private static String line(Path file) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            String name = MODULE.relativize(file).toString().replace('\\', '/');
            return HexFormat.of().formatHex(hash) + "  " + name;
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
