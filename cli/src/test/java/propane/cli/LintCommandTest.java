package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.nio.file.Path;
import java.util.List;

final class LintCommandTest {
    @TempDir private Path folder;

    private Path written(DType dtype) {
        Tensor x = new Port("x", Role.BATCH, new TensorType(dtype, Shape.shape(4, 32))).tensor();
        Path path = folder.resolve("Written.mlpackage");
        var outputs = List.of(Program.Output.result("y", x.relu()));
        CoreMl.write(Program.of(Program.Function.of("predict", outputs)), path, ModelCard.BLANK);
        return path;
    }

    @Test
    void itEndsWithZeroWhereAllMayRunThere() {
        Run run = Run.command("lint", written(DType.FLOAT16).toString());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("100 % of 128 FLOP may run on the Neural Engine");
    }

    @Test
    void itEndsWithThreeWhereSomethingMayNot() {
        Run run = Run.command("lint", written(DType.FLOAT32).toString());
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out()).contains("1 of 1 ops may not: 1 relu").contains("float16 only");
    }

    @Test
    void itEndsWithTwoWhereTheFileIsNone() {
        Run run = Run.command("lint", folder.resolve("Nowhere.mlpackage").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Nowhere.mlpackage").doesNotContain("\tat ").hasLineCount(1);
    }
}
