package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class DescribeCommandTest {
    @TempDir private Path folder;

    @Test
    void whatIsNoPackageIsOneClearError() {
        Path nowhere = folder.resolve("Nowhere.mlpackage");
        Run run = Run.command("describe", nowhere.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("Nowhere.mlpackage").doesNotContain("\tat ");
    }
}
