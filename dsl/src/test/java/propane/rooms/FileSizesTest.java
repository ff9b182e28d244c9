package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Sources written by hand are files that one can read at once. */
final class FileSizesTest {
    private static final long LARGEST = 20 << 10;
    private static final long MEDIAN = 4 << 10;

    @Test
    void sourcesAreSmall() throws IOException {
        var sources = new ArrayList<Path>();
        for (String module : List.of("dsl", "ffm-bindings", "cli", "resolver")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        sources.sort(Comparator.comparingLong(FileSizesTest::size));
        assertThat(sources).hasSizeGreaterThan(700);
        assertThat(sources.stream().filter(file -> size(file) > LARGEST)).isEmpty();
        assertThat(size(sources.get(sources.size() / 2))).isLessThanOrEqualTo(MEDIAN);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
