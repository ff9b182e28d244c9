package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.train.option.ExportOption;

import java.nio.file.Path;

final class LintCommandTest {
    @TempDir private Path folder;

    @Test
    void itEndsWithZeroWhereAllMayRunThere() {
        Run run = Run.command("lint", WrittenPackage.in(folder));
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("100 % of 8.3 kFLOP may run on the Neural Engine");
    }

    @Test
    void itEndsWithThreeWhereSomethingMayNot() {
        Run run = Run.command("lint", WrittenPackage.in(folder, ExportOption.float32()));
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out())
                .contains("2 of 2 ops may not: 1 add, 1 matmul")
                .contains("float16 only");
    }

    @Test
    void itEndsWithTwoWhereTheFileIsNone() {
        Run run = Run.command("lint", folder.resolve("Nowhere.mlpackage").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Nowhere.mlpackage").doesNotContain("\tat ").hasLineCount(1);
    }
}
