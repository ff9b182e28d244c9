package propane.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.samples.OpSamples;
import propane.spi.op.OpSchema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class OpsPageTest {
    private static final Path PAGE = Path.of("../docs/ops.md");

    @Test
    void thePageIsWhatTheRecordsSay() throws IOException {
        String text = new OpsPage(Path.of("src/main/java/propane/spi/op")).text();
        if (Boolean.getBoolean("propane.update")) {
            Files.writeString(PAGE, text);
        }
        assertThat(PAGE)
                .as(
                        "docs/ops.md is out of date; to write it again:\n    mvn -B verify -pl dsl"
                                + " -am -Dtest=OpsPageTest -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dpropane.update=true\n")
                .content()
                .isEqualTo(text);
    }

    @Test
    void everyOpHasItsRowAndItsSentence() throws IOException {
        String text = new OpsPage(Path.of("src/main/java/propane/spi/op")).text();
        for (var kind : OpSamples.kinds()) {
            assertThat(
                            text.lines()
                                    .filter(line ->
                                            line.startsWith("| `" + OpSchema.of(kind).name())))
                    .as(kind.getName())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).endsWith(". |"));
        }
        assertThat(text).doesNotContain("null").doesNotContain("{@");
    }
}
