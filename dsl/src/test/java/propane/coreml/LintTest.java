package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.format.MlPackage;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.report.Finding;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.report.OpPlacement;
import propane.coreml.write.ProgramPackage;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class LintTest {
    private static final Path BASIC_PITCH = Path.of("src/test/resources/coreml/nmp.mlpackage");

    @TempDir Path folder;

    private static Program product(DType dtype) {
        Tensor x = new Port("x", Role.BATCH, new TensorType(dtype, Shape.shape(64, 128))).tensor();
        Tensor w = new Port("w", Role.WEIGHT, new TensorType(dtype, Shape.shape(128, 32))).tensor();
        Tensor one = Tensor.constant(NDArray.of(new float[] {1}, 1)).cast(dtype);
        return Program.of(
                Program.Function.of(
                        "predict",
                        List.of(Program.Output.result("y", x.matmul(w).relu().add(one)))));
    }

    @Test
    void aFloat32PackageOfOthersIsKeptOff() {
        var report = CoreMl.lint(BASIC_PITCH);
        assertThat(report.title()).startsWith("nmp.mlpackage: an ML Program");
        FunctionPlacement main = report.functions().getFirst();
        assertThat(main.ops()).hasSize(113).noneMatch(OpPlacement::mayRun);
        // 21 of the convolutions slide kernels of up to 39 along the last axis.
        assertThat(main.work()).isBetween(1_000_000_000L, 1_200_000_000L);
        assertThat(report.mayAllRun()).isFalse();
        assertThat(report.text())
                .contains("0 % of 1.1 GFLOP may run on the Neural Engine; 113 of 113 ops may not")
                .contains("1  computes in fp32")
                .contains("36 k parameters: Core ML will choose the CPU");
    }

    /** The same package typed float16 throughout: what is then left is left by other rules. */
    @Test
    void whatKeepsAFloat16PackageOffIsItsWideKernels() throws IOException {
        Path copy = folder.resolve("Half.mlmodel");
        byte[] bytes = Files.readAllBytes(MlPackage.open(BASIC_PITCH).model());
        var model = Model.parseFrom(bytes).toBuilder();
        var functions = model.getMlProgramBuilder();
        Mil.Function main = functions.getFunctionsOrThrow("main");
        functions.putFunctions("main", Halves.of(main));
        Files.write(copy, model.build().toByteArray());
        FunctionPlacement placed = CoreMl.lint(copy).functions().getFirst();
        assertThat(placed.ops())
                .filteredOn(op -> !op.mayRun())
                .isNotEmpty()
                .allMatch(op -> op.op().equals("conv"))
                .allSatisfy(op ->
                        assertThat(op.reasons())
                                .singleElement()
                                .extracting(Finding::text)
                                .asString()
                                .contains("wider than 15"));
        assertThat(placed.share()).isBetween(0.2, 0.4);
    }

    @Test
    void aProgramIsJudgedAsItsPackageIs() {
        for (DType dtype : new DType[] {DType.FLOAT16, DType.FLOAT32}) {
            Path path = folder.resolve(dtype + ".mlpackage");
            ProgramPackage.write(product(dtype), path, ModelCard.BLANK);
            FunctionPlacement written = CoreMl.lint(path).functions().getFirst();
            FunctionPlacement program = ProgramPackage.lint(product(dtype)).functions().getFirst();
            assertThat(program.named("main")).isEqualTo(written.named("main"));
            assertThat(program.mayAllRun()).isEqualTo(dtype == DType.FLOAT16);
            assertThat(program.work()).isEqualTo(2 * 64 * 128 * 32 + 2 * 64 * 32);
            assertThat(program.findings())
                    .extracting(Finding::text)
                    .anyMatch(text -> text.startsWith("4.1 k parameters"));
        }
    }

    @Test
    void aClassicNetworkIsJudgedLayerByLayer() throws IOException {
        var convolution = both(field(1, 8), field(2, 3), field(20, 3), field(20, 17));
        var network =
                both(
                        message(1, message(100, convolution)),
                        message(1, message(150, field(1, 4))),
                        message(1, message(140, both(field(1, 6), field(2, 5)))));
        Path file = write(message(500, network));
        var report = CoreMl.lint(file);
        FunctionPlacement layers = report.functions().getFirst();
        assertThat(report.title()).contains("a neural network");
        assertThat(layers.ops())
                .extracting(op -> op.op())
                .containsExactly("conv", "gather", "linear");
        assertThat(layers.ops())
                .extracting(OpPlacement::mayRun)
                .as("a kernel 17 wide, an embedding, an inner product")
                .containsExactly(false, false, true);
        assertThat(report.text()).contains("33.3 % of 3 ops").contains("declare no shapes");
    }

    @Test
    void thePartsOfAPipelineAreJudgedEach() throws IOException {
        var network = message(500, message(1, message(1, message(910, field(1, 1L)))));
        Path file = write(message(200, message(1, both(message(1, network), message(1, network)))));
        assertThat(CoreMl.lint(file).functions())
                .extracting(FunctionPlacement::name)
                .containsExactly("model 1, layers", "model 2, layers");
    }

    @Test
    void whatCannotBeJudgedIsOneError() throws IOException {
        Path trees = write(message(402, field(1, 1L)));
        assertThatThrownBy(() -> CoreMl.lint(trees))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("can be judged");
        Path broken = write(bytes(500, ByteString.copyFromUtf8("no network")));
        assertThatThrownBy(() -> CoreMl.lint(broken))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("its network is broken");
        assertThatThrownBy(() -> CoreMl.lint(folder.resolve("None.mlpackage")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("None.mlpackage");
    }

    private Path write(UnknownFieldSet fields) throws IOException {
        return Files.write(folder.resolve("Classic.mlmodel"), fields.toByteArray());
    }

    private static UnknownFieldSet both(UnknownFieldSet... parts) {
        var all = UnknownFieldSet.newBuilder();
        for (UnknownFieldSet part : parts) {
            all.mergeFrom(part);
        }
        return all.build();
    }

    private static UnknownFieldSet field(int number, long value) {
        return one(number, UnknownFieldSet.Field.newBuilder().addVarint(value));
    }

    private static UnknownFieldSet message(int number, UnknownFieldSet inner) {
        return bytes(number, inner.toByteString());
    }

    private static UnknownFieldSet bytes(int number, ByteString bytes) {
        return one(number, UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes));
    }

    private static UnknownFieldSet one(int number, UnknownFieldSet.Field.Builder field) {
        return UnknownFieldSet.newBuilder().addField(number, field.build()).build();
    }
}
