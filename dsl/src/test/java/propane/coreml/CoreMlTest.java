package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.Identifiers;
import propane.coreml.format.MlPackage;
import propane.coreml.format.PackagePort;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.read.PackageReader;
import propane.coreml.write.ProgramPackage;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class CoreMlTest {
    private static final Path BASIC_PITCH = Path.of("src/test/resources/coreml/nmp.mlpackage");

    @TempDir Path folder;

    private static Port port(String name, Role role, DType dtype, int... dims) {
        return new Port(name, role, new TensorType(dtype, Shape.shape(dims)));
    }

    private static Program.Function function(String name, Tensor... results) {
        var outputs = new java.util.ArrayList<Program.Output>();
        for (Tensor result : results) {
            outputs.add(Program.Output.result("y" + outputs.size(), result));
        }
        return Program.Function.of(name, outputs);
    }

    private Program roundTrip(Program program) {
        Path path = folder.resolve("X.mlpackage");
        ProgramPackage.write(program, path, ModelCard.BLANK);
        return CoreMl.read(path);
    }

    private Model model() {
        return MlPackage.open(folder.resolve("X.mlpackage")).read();
    }

    @Test
    void theOnlyFunctionIsAPlainModel() {
        Tensor x = port("image", Role.BATCH, DType.FLOAT32, 2, 3).tensor();
        var program = Program.of(function("predict", x.relu()));
        SameGraph.require(roundTrip(program), program);
        assertThat(model().getMlProgram().getFunctionsMap()).containsOnlyKeys("main");
        assertThat(model().getDescription().getFunctionsCount()).isZero();
        assertThat(model().getDescription().getInput(0).getName()).isEqualTo("image");
        assertThat(model().getSpecificationVersion()).isEqualTo(9);
        assertThat(folder.resolve("X.mlpackage/Data/com.apple.CoreML/weights")).doesNotExist();
    }

    @Test
    void outputsThatAreInputsConstantsOrOutputsAlreadyGetTheirOwnNames() {
        Tensor x = port("x", Role.BATCH, DType.FLOAT32, 4).tensor();
        Tensor y = x.exp();
        Tensor fixed = Tensor.constant(NDArray.of(new float[] {1, 2}));
        Program.Function function = function("f", x, y, y, fixed, y.relu());
        SameGraph.require(roundTrip(Program.of(function)), Program.of(function));
        assertThat(block("main").getOutputsList()).containsExactly("y0", "y1", "y2", "y3", "y4");
    }

    private Mil.Block block(String function) {
        return model().getMlProgram()
                .getFunctionsOrThrow(function)
                .getBlockSpecializationsOrThrow("CoreML8");
    }

    @Test
    void namesAreLegalAndDifferWhateverThePathsAre() {
        var paths = List.of("a/b", "a_b", "état/0", "0", "state", "é", "a-b", "relu_1");
        Tensor[] results = new Tensor[paths.size()];
        for (int i = 0; i < results.length; i++) {
            results[i] = port(paths.get(i), Role.WEIGHT, DType.FLOAT32, 2).tensor().relu();
        }
        var program = Program.of(function("f", results), function("g", results[1], results[0]));
        SameGraph.require(roundTrip(program), program);
        var ports = PackageReader.ports(folder.resolve("X.mlpackage"));
        assertThat(ports.function("f").inputs())
                .extracting(PackagePort::name)
                .allMatch(Identifiers::isLegal)
                .doesNotHaveDuplicates();
        assertThat(ports.function("g").input("a_b").name())
                .isEqualTo(ports.function("f").input("a_b").name());
        assertThatThrownBy(() -> ports.function("f").input("a_c"))
                .hasMessageContaining("did you mean a_b");
    }

    /** One name for a batch and a result, in other shapes and roles elsewhere. */
    @Test
    void namesOfExamplesAndResultsBelongToTheirFunction() {
        Tensor eight = port("same", Role.BATCH, DType.FLOAT32, 8, 2).tensor();
        Tensor one = port("same", Role.BATCH, DType.FLOAT32, 1, 2).tensor();
        Tensor weight = port("same_2", Role.WEIGHT, DType.FLOAT32, 2).tensor();
        var program =
                Program.of(
                        named("predict", "same", eight.mul(weight)),
                        named("predict_one", "same", one.mul(weight)),
                        named("other", "same", weight.relu()));
        SameGraph.require(roundTrip(program), program);
        var ports = PackageReader.ports(folder.resolve("X.mlpackage"));
        for (String name : List.of("predict", "predict_one")) {
            FunctionPorts function = ports.function(name);
            assertThat(function.input("same").name()).isEqualTo("same");
            assertThat(function.input("same_2").name()).isEqualTo("same_2");
            assertThat(function.output("same").name()).isEqualTo("same_3");
        }
        assertThat(ports.function("other").output("same").name()).isEqualTo("same");
        CoreMl.check(folder.resolve("X.mlpackage"));
    }

    private static Program.Function named(String function, String result, Tensor value) {
        return Program.Function.of(function, List.of(Program.Output.result(result, value)));
    }

    @Test
    void functionsShareTheirConstants() throws IOException {
        NDArray weight = NDArray.full(TensorType.float32(Shape.shape(16, 32)), 0.25);
        NDArray same = NDArray.full(weight.type(), 0.25);
        Tensor x = port("x", Role.BATCH, DType.FLOAT32, 2, 16).tensor();
        roundTrip(
                Program.of(
                        function("one", x.matmul(Tensor.constant(weight))),
                        function("two", x.matmul(Tensor.constant(same)).relu())));
        Path file = folder.resolve("X.mlpackage/Data/com.apple.CoreML/weights/weight.bin");
        assertThat(Files.size(file)).isEqualTo(64 + 64 + 2048);
    }

    @Test
    void halvesAreBytesAndLongValuesLieInTheWeightFile() {
        Tensor x = port("x", Role.BATCH, DType.FLOAT16, 3).tensor();
        Tensor few = Tensor.constant(NDArray.of(new float[] {0.5f, 2, 65504}).cast(DType.FLOAT16));
        Tensor many = port("m", Role.BATCH, DType.FLOAT16, 10).tensor();
        NDArray ten = NDArray.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).cast(DType.FLOAT16);
        var program =
                Program.of(function("f", x.mul(few).add(0.25), many.sub(Tensor.constant(ten))));
        SameGraph.require(roundTrip(program), program);
        var constants =
                block("main").getOperationsList().stream()
                        .filter(op -> op.getType().equals("const"))
                        .map(op -> op.getAttributesOrThrow("val"))
                        .toList();
        assertThat(constants)
                .anySatisfy(value -> {
                    var bytes = value.getImmediateValue().getTensor().getBytes().getValues();
                    assertThat(bytes.toByteArray()).containsExactly(0, 0x38, 0, 0x40, -1, 0x7B);
                })
                .anySatisfy(value ->
                        assertThat(value.getBlobFileValue().getFileName())
                                .isEqualTo("@model_path/weights/weight.bin"));
    }

    @Test
    void refusesWhatCoreMlDoesNotHave() {
        Tensor x = port("x", Role.BATCH, DType.FLOAT32, 2).tensor();
        Tensor six = port("x", Role.BATCH, DType.FLOAT32, 1, 1, 1, 1, 2).tensor();
        refuses(
                function("f", x.greater(0)),
                "port y0: bool[2]: Core ML takes fp32, fp16 and int32");
        refuses(function("f", x.sum(0)), "port y0: fp32[]: Core ML takes");
        refuses(function("f-g", x.relu()), "function f-g: Core ML allows letters");
        refuses(function("f", six.reshape(1, 1, 1, 1, 1, 2).relu().reshape(2)), "takes five axes");
        Path path = folder.resolve("X.mlpackage");
        assertThat(path).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }

    private void refuses(Program.Function function, String message) {
        assertThatThrownBy(() -> roundTrip(Program.of(function)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(message);
    }

    @Test
    void describesWhatIsInAPackage() {
        Path path = folder.resolve("Described.mlpackage");
        Tensor x = port("x", Role.BATCH, DType.FLOAT32, 2, 3).tensor();
        Port w = port("head/w", Role.WEIGHT, DType.FLOAT32, 3, 4);
        var train =
                Program.Function.of(
                        "train",
                        List.of(
                                Program.Output.result("y", x.matmul(w.tensor())),
                                Program.Output.replacing(w, w.tensor().mul(0.5).relu())));
        var card =
                ModelCard.BLANK
                        .describedAs("Reads digits")
                        .by("Ada")
                        .licensedUnder("MIT")
                        .version("2")
                        .with("data", "digits");
        ProgramPackage.write(Program.of(function("predict", x.relu()), train), path, card);
        assertThat(CoreMl.describe(path))
                .isEqualTo(
                        """
                        Described.mlpackage: an ML Program, specification 9 (iOS 18, macOS 15)
                          description: Reads digits
                          author: Ada
                          license: MIT
                          version: 2
                          data: digits

                        predict (default): 1 operations, opset CoreML8
                          takes
                            x  fp32[2, 3]  batch x
                          gives
                            y0  fp32[2, 3]  result y0
                          operations: 1 relu

                        train: 3 operations, opset CoreML8
                          takes
                            x       fp32[2, 3]  batch x
                            head_w  fp32[3, 4]  weight head/w
                          gives
                            y           fp32[2, 4]  result y
                            head_w_new  fp32[3, 4]  the new value of head_w
                          operations: 1 matmul, 1 mul, 1 relu
                        """);
    }

    @Test
    void tellsOfPackagesThatOthersWrote() {
        assertThatCode(() -> CoreMl.check(BASIC_PITCH)).doesNotThrowAnyException();
        assertThat(CoreMl.describe(BASIC_PITCH))
                .contains("an ML Program, specification 6 (iOS 15, macOS 12)")
                .contains("144,040 bytes of weights in 21 blobs")
                .contains("input_2  fp32[1, 43844, 1]")
                .contains("Identity_1  fp32[1, 172, 88]")
                .contains("32 conv, 24 pad");
    }

    @Test
    void namesTheOpThatItDoesNotRead() throws IOException {
        Tensor x = port("x", Role.BATCH, DType.FLOAT32, 2).tensor();
        roundTrip(Program.of(function("f", x.relu())));
        var model = model().toBuilder();
        var function = model.getMlProgram().getFunctionsOrThrow("main").toBuilder();
        var block = function.getBlockSpecializationsOrThrow("CoreML8").toBuilder();
        block.getOperationsBuilder(0).setType("non_zero");
        function.putBlockSpecializations("CoreML8", block.build());
        model.getMlProgramBuilder().putFunctions("main", function.build());
        Path path = folder.resolve("X.mlpackage");
        Files.write(MlPackage.open(path).model(), model.build().toByteArray());
        // What nobody asks for may stay unknown.
        Program.Function read = CoreMl.read(path).functions().getFirst();
        var given = Map.of("x", NDArray.of(new float[] {1, 2}, 2));
        assertThatThrownBy(() -> Interpreter.run(read, given))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageEndingWith(
                        "function main, op y0 (non_zero): Propane cannot compute the op non_zero of"
                                + " CoreML8: the result's shape would depend on values");
    }

    /** Without our metadata a program is read all the same, by the names it has. */
    @Test
    void readsProgramsThatSayNothingOfTheirPorts() throws IOException {
        Tensor x = port("x", Role.WEIGHT, DType.FLOAT32, 2, 3).tensor();
        Tensor part = x.slice(new int[] {0, 1}, new int[] {2, 3});
        roundTrip(Program.of(function("predict", part.softmax(-1))));
        var stripped = model().toBuilder();
        stripped.getDescriptionBuilder().clearMetadata();
        // What has a default may be missing, and constants may stand in their users.
        var function = stripped.getMlProgram().getFunctionsOrThrow("main").toBuilder();
        var block = function.getBlockSpecializationsOrThrow("CoreML8").toBuilder();
        for (Mil.Operation.Builder op : block.getOperationsBuilderList()) {
            if (op.getType().equals("slice_by_index")) {
                op.removeInputs("stride").removeInputs("end_mask");
            }
            if (op.getType().equals("softmax")) {
                op.removeInputs("axis");
            }
        }
        function.putBlockSpecializations("CoreML8", block.build());
        stripped.getMlProgramBuilder().putFunctions("main", function.build());
        Path path = folder.resolve("X.mlpackage");
        Files.write(MlPackage.open(path).model(), stripped.build().toByteArray());
        CoreMl.check(path);
        var read = CoreMl.read(path).function("main");
        assertThat(read.inputs()).containsExactly(port("x", Role.BATCH, DType.FLOAT32, 2, 3));
        NDArray value = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(Interpreter.run(read, Map.of("x", value)).get("y0"))
                .isEqualTo(
                        Interpreter.run(function("f", part.softmax(-1)), Map.of("x", value))
                                .get("y0"));
    }

    @Test
    void tellsWhatKindOfModelItDoesNotRead() throws IOException {
        // A neural network: field 500 of the model, empty.
        Path file = folder.resolve("Old.mlmodel");
        Files.write(file, new byte[] {0x08, 0x04, (byte) 0xA2, 0x1F, 0x00});
        assertThat(CoreMl.describe(file))
                .startsWith("Old.mlmodel: a neural network, specification 4");
        for (var read : List.<Runnable>of(() -> CoreMl.read(file), () -> CoreMl.check(file))) {
            assertThatThrownBy(read::run)
                    .isInstanceOf(FormatException.class)
                    .hasMessage(file + ": is a neural network, no ML Program");
        }
    }
}
