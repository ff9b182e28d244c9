package propane.coreml.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.FunctionDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.write.ProgramPackage;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A good package is broken in one way after the other, and refused each time with the reason. */
class ProgramCheckerTest {
    @TempDir Path folder;
    private Path path;
    private Path file;
    private byte[] good;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("Good.mlpackage");
        ProgramPackage.write(program(), path, ModelCard.BLANK);
        file = path.resolve("Data/com.apple.CoreML/model.mlmodel");
        good = Files.readAllBytes(file);
    }

    /** Two functions: {@code predict} with a weight of 20 elements, and {@code train}. */
    private static Program program() {
        var x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(2, 4)));
        var w = new Port("w", Role.WEIGHT, TensorType.float32(Shape.shape(4, 5)));
        NDArray fixed = NDArray.full(w.type(), 0.5);
        Tensor predicted = x.tensor().matmul(Tensor.constant(fixed)).relu();
        Tensor wide = x.tensor().matmul(w.tensor()).softmax(-1);
        return Program.of(
                Program.Function.of("predict", List.of(Program.Output.result("y", predicted))),
                Program.Function.of(
                        "train",
                        List.of(
                                Program.Output.result("y", wide),
                                Program.Output.replacing(w, w.tensor().mul(0.9)))));
    }

    @Test
    void theGoodOneIsGood() {
        assertThatCode(() -> CoreMl.check(path)).doesNotThrowAnyException();
    }

    @Test
    void versions() {
        refuses(model -> model.setSpecificationVersion(8), "needs specificationVersion 9, not 8");
        refuses(model -> model.getMlProgramBuilder().setVersion(2), "is 2, must be 1");
        refuses(model -> model.setIsUpdatable(true), "field isUpdatable");
        refuses(
                function("train", function -> function.setOpset("CoreML99")),
                "field opset is CoreML99");
        refuses(
                function("train", Mil.Function.Builder::clearBlockSpecializations),
                "field opset is CoreML8");
    }

    @Test
    void names() {
        renames("relu", "y", "2y", "the name \"2y\" is not legal");
        renames("relu", "y", "state", "the name \"state\" is not legal");
        renames("relu", "y", "größe", "is not legal");
        renames("relu", "y", "x", "the name x is given twice");
        renames("relu", "y", "matmul_1", "the name matmul_1 is given twice");
        refuses(op("relu", op -> op.removeAttributes("name")), "(relu): has no attribute name");
        refuses(
                op("relu", op -> op.putAttributes("name", MilParts.string("matmul_1"))),
                "(relu): has no name of its own");
    }

    @Test
    void order() {
        refuses(
                block(block -> {
                    var first = block.getOperations(0);
                    block.removeOperations(0).addOperations(first);
                }),
                "which is used before it is made, or never made");
        refuses(
                op("relu", op -> op.putInputs("x", named("nobody"))),
                "x is nobody, which is used before it is made");
    }

    @Test
    void outputs() {
        refuses(block(block -> block.addOutputs("y")), "output y: stands twice");
        refuses(block(block -> block.addOutputs("x")), "output x: has the name of an input");
        refuses(block(block -> block.addOutputs("z")), "output z: is never made");
        refuses(block(Mil.Block.Builder::clearOutputs), "function predict: has no outputs");
    }

    @Test
    void parameters() {
        refuses(op("matmul", op -> op.removeInputs("x")), "(matmul): lacks the parameter x");
        refuses(
                op("matmul", op -> op.removeInputs("transpose_x")),
                "(matmul): lacks the parameter transpose_x");
        refuses(op("relu", op -> op.putInputs("y", named("x"))), "(relu): has no parameter y");
        refuses(
                op("relu", op -> op.putInputs("x", Mil.Argument.getDefaultInstance())),
                "(relu): x is not bound");
        refuses(
                op("matmul", op -> op.putInputs("transpose_x", named("x"))),
                "transpose_x must be known when the program is compiled");
        refuses(op("relu", op -> op.setType("rlu")), "MIL has no op rlu");
        refuses(op("relu", op -> op.setType("logical_not")), "must be one of [bool]");
        refuses(op("relu", op -> op.setType("conv")), "lacks the parameter weight");
        refuses(op("relu", op -> op.putInputs("x", inline())), "x is no operation but a value");
    }

    @Test
    void types() {
        Mil.ValueType wrong = MilTypes.of(TensorType.float32(Shape.shape(2, 6)));
        refuses(
                op("relu", op -> op.getOutputsBuilder(0).setType(wrong)),
                "output y: is described as [2, 5], is fp32[2, 6]");
        refuses(
                op("matmul", op -> op.getOutputsBuilder(0).setType(wrong)),
                "is declared fp32[2, 6], its op makes fp32[2, 5]");
        Mil.ValueType six = MilTypes.of(TensorType.float32(Shape.shape(1, 1, 1, 1, 2, 5)));
        refuses(
                op("matmul", op -> op.getOutputsBuilder(0).setType(six)),
                "has 6 axes, Core ML takes five");
        Mil.ValueType none = MilTypes.of(TensorType.float32(Shape.shape(2, 0)));
        refuses(
                op("matmul", op -> op.getOutputsBuilder(0).setType(none)),
                "has an axis of length 0");
        refuses(
                op(
                        "matmul",
                        op ->
                                op.getOutputsBuilder(0)
                                        .getTypeBuilder()
                                        .getTensorTypeBuilder()
                                        .setRank(3)),
                "has a rank other than its dimensions");
    }

    @Test
    void constants() {
        refuses(
                constant("transpose_x", op -> op.removeAttributes("val")),
                "needs the attribute val");
        refuses(
                constant("transpose_x", op -> value(op, Mil.Value.Builder::clearImmediateValue)),
                "has no value");
        refuses(
                constant(
                        "transpose_x",
                        op ->
                                value(
                                        op,
                                        value ->
                                                value.getImmediateValueBuilder()
                                                        .getTensorBuilder()
                                                        .getBoolsBuilder()
                                                        .addValues(true))),
                "is of 1 bool, has 2 as BOOLS");
        refuses(
                constant(
                        "transpose_x",
                        op ->
                                value(
                                        op,
                                        value ->
                                                value.getImmediateValueBuilder()
                                                        .getTensorBuilder()
                                                        .getIntsBuilder()
                                                        .addValues(1))),
                "is of 1 bool, has 1 as INTS");
        refuses(
                constant("transpose_x", op -> op.getOutputsBuilder(0).clearType()),
                "its value is bool[]");
        refuses(
                constant(
                        "matmul_1_y_0",
                        op -> value(op, value -> value.getBlobFileValueBuilder().setOffset(128))),
                "the sentinel 0xDEADBEEF is missing");
        refuses(
                constant(
                        "matmul_1_y_0",
                        op ->
                                value(
                                        op,
                                        value ->
                                                value.getBlobFileValueBuilder()
                                                        .setFileName("@model_path/none"))),
                "there is no file");
        Mil.ValueType longer = MilTypes.of(TensorType.float32(Shape.shape(4, 6)));
        refuses(
                constant(
                        "matmul_1_y_0",
                        op -> {
                            value(op, value -> value.setType(longer));
                            op.getOutputsBuilder(0).setType(longer);
                        }),
                "is of 24 fp32, the blob at 64 holds 80 bytes of FLOAT32");
    }

    @Test
    void description() {
        refuses(described(0, function -> function.removeInput(0)), "input x: is not described");
        refuses(
                described(0, FunctionDescription.Builder::clearOutput),
                "output y: is not described");
        refuses(
                described(0, function -> function.addInput(function.getInput(0))),
                "input x: is described twice");
        refuses(
                described(0, function -> function.getInputBuilder(0).setName("z")),
                "input z: is described, the function has none of that name");
        refuses(
                described(0, function -> array(function).setShape(0, 3)),
                "input x: is described as [3, 4], is fp32[2, 4]");
        refuses(
                described(
                        0,
                        function ->
                                array(function)
                                        .setDataType(ArrayFeatureType.ArrayDataType.FLOAT16)),
                "input x: is described as FLOAT16");
        refuses(
                model -> model.getDescriptionBuilder().removeFunctions(1),
                "tells of the functions [predict], there are");
        refuses(
                model -> model.getDescriptionBuilder().setDefaultFunctionName("test"),
                "is \"test\", no function");
        refuses(
                model -> {
                    var input = model.getDescription().getFunctions(0).getInput(0);
                    model.getDescriptionBuilder().addInput(input);
                },
                "has functions, and inputs, outputs or states beside them");
        refuses(
                model -> model.getDescriptionBuilder().clearFunctions(),
                "tells of the only function main");
    }

    @Test
    void ports() {
        ports(text -> text.replace("\"path\":\"x\"", "\"path\":\"\""), "path must not be empty");
        ports(text -> text.replace("[2,4]", "[2,5]"), "has no input x of type fp32[2, 5]");
        ports(text -> text.replace("weight", "wait"), "role is wait, must be one of");
        ports(text -> text.replace("fp32", "fp33"), "type is fp33");
        ports(text -> text.replace("\"name\":\"w_new\"", "\"name\":\"v\""), "output v");
        ports(text -> text.replace("\"predict\"", "\"forecast\""), "there is no function forecast");
        ports(text -> text.substring(1), "JSON");
    }

    @Test
    void severalFaultsAreCounted() {
        refuses(
                model -> {
                    model.setIsUpdatable(true);
                    model.getMlProgramBuilder().setVersion(2);
                },
                "2 faults");
    }

    private void ports(UnaryOperator<String> change, String message) {
        refuses(
                model -> {
                    var metadata = model.getDescriptionBuilder().getMetadataBuilder();
                    String text = metadata.getUserDefinedOrThrow(PackagePorts.KEY);
                    metadata.putUserDefined(PackagePorts.KEY, change.apply(text));
                },
                message);
    }

    private void renames(String type, String from, String to, String message) {
        refuses(
                op(
                        type,
                        op -> {
                            if (op.getOutputs(0).getName().equals(from)) {
                                op.getOutputsBuilder(0).setName(to);
                            }
                        }),
                message);
    }

    private void refuses(Consumer<Model.Builder> damage, String message) {
        try {
            var model = Model.parseFrom(good).toBuilder();
            damage.accept(model);
            Files.write(file, model.build().toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThatThrownBy(() -> CoreMl.check(path))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    private static Consumer<Model.Builder> function(
            String name, Consumer<Mil.Function.Builder> damage) {
        return model -> {
            var function = model.getMlProgram().getFunctionsOrThrow(name).toBuilder();
            damage.accept(function);
            model.getMlProgramBuilder().putFunctions(name, function.build());
        };
    }

    private static Consumer<Model.Builder> block(Consumer<Mil.Block.Builder> damage) {
        return function(
                "predict",
                function -> {
                    var block = function.getBlockSpecializationsOrThrow("CoreML8").toBuilder();
                    damage.accept(block);
                    function.putBlockSpecializations("CoreML8", block.build());
                });
    }

    private static Consumer<Model.Builder> op(String type, Consumer<Mil.Operation.Builder> damage) {
        return block(block ->
                block.getOperationsBuilderList().stream()
                        .filter(op -> op.getType().equals(type))
                        .forEach(damage));
    }

    private static Consumer<Model.Builder> constant(
            String name, Consumer<Mil.Operation.Builder> damage) {
        return block(block ->
                block.getOperationsBuilderList().stream()
                        .filter(op -> op.getType().equals("const"))
                        .filter(op -> op.getOutputs(0).getName().contains(name))
                        .forEach(damage));
    }

    private static void value(Mil.Operation.Builder op, Consumer<Mil.Value.Builder> damage) {
        var value = op.getAttributesOrThrow("val").toBuilder();
        damage.accept(value);
        op.putAttributes("val", value.build());
    }

    private static Consumer<Model.Builder> described(
            int index, Consumer<FunctionDescription.Builder> damage) {
        return model -> damage.accept(model.getDescriptionBuilder().getFunctionsBuilder(index));
    }

    private static ArrayFeatureType.Builder array(FunctionDescription.Builder function) {
        return function.getInputBuilder(0).getTypeBuilder().getMultiArrayTypeBuilder();
    }

    private static Mil.Argument named(String name) {
        var binding = Mil.Argument.Binding.newBuilder().setName(name);
        return Mil.Argument.newBuilder().addArguments(binding).build();
    }

    private static Mil.Argument inline() {
        var value = Mil.Value.newBuilder().setType(MilTypes.of(TensorType.float32(Shape.shape(0))));
        value.getImmediateValueBuilder().getTensorBuilder().getFloatsBuilder();
        var binding = Mil.Argument.Binding.newBuilder().setValue(value);
        return Mil.Argument.newBuilder().addArguments(binding).build();
    }
}
