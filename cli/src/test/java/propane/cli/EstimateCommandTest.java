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

final class EstimateCommandTest {
    @TempDir private Path folder;

    private String written() {
        var type = new TensorType(DType.FLOAT16, Shape.shape(64, 64));
        Tensor x = new Port("x", Role.BATCH, type).tensor();
        Tensor y = x.matmul(new Port("weight", Role.WEIGHT, type).tensor());
        Path path = folder.resolve("Written.mlpackage");
        var outputs = List.of(Program.Output.result("y", y));
        CoreMl.write(Program.of(Program.Function.of("predict", outputs)), path, ModelCard.BLANK);
        return path.toString();
    }

    @Test
    void allDevicesAreToldWithoutAnOption() {
        Run run = Run.command("estimate", written());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(": estimated", "m1 ", "a18 ", "with --sources");
    }

    @Test
    void optionsMayFollowTheFile() {
        Run run = Run.command("estimate", written(), "--device", "m4");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("m4 bandwidth 120 GB/s, published: Apple");
        assertThat(run.out()).doesNotContain("m1 ");
    }

    @Test
    void aDeviceThatIsNotThereIsAnError() {
        Run run = Run.command("estimate", written(), "--device", "m44");
        assertThat(run.code()).isEqualTo(1);
    }
}
