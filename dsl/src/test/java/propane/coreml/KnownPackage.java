package propane.coreml;

import com.google.protobuf.ByteString;

import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.Mil;
import propane.coreml.write.ProgramPackage;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packages in which one operand of a sum is a result that is known before the program runs. */
record KnownPackage(Path folder) {
    static Mil.ValueType type(Mil.DataType element, int... dims) {
        var type = MilTypes.of(TensorType.float32(Shape.shape(dims))).toBuilder();
        type.getTensorTypeBuilder().setDataType(element);
        return type.build();
    }

    static Mil.Argument floats(String numbers, int... dims) {
        var tensor = Mil.TensorValue.newBuilder();
        for (String number : numbers.split(" ")) {
            tensor.getFloatsBuilder().addValues(Float.parseFloat(number));
        }
        return bound(type(Mil.DataType.FLOAT32, dims), tensor);
    }

    static Mil.Argument ints(String numbers, int... dims) {
        var tensor = Mil.TensorValue.newBuilder();
        for (String number : numbers.split(" ")) {
            tensor.getIntsBuilder().addValues(Integer.parseInt(number));
        }
        return bound(type(Mil.DataType.INT32, dims), tensor);
    }

    static Mil.Argument bytes(Mil.DataType element, String numbers, int... dims) {
        var tensor = Mil.TensorValue.newBuilder();
        int[] all = Arrays.stream(numbers.split(" ")).mapToInt(Integer::decode).toArray();
        byte[] bytes = new byte[all.length];
        for (int i = 0; i < all.length; i++) {
            bytes[i] = (byte) all[i];
        }
        tensor.getBytesBuilder().setValues(ByteString.copyFrom(bytes));
        return bound(type(element, dims), tensor);
    }

    static Mil.Argument bound(Mil.ValueType type, Mil.TensorValue.Builder tensor) {
        var value =
                Mil.Value.newBuilder()
                        .setType(type)
                        .setImmediateValue(Mil.Value.ImmediateValue.newBuilder().setTensor(tensor));
        return Mil.Argument.newBuilder()
                .addArguments(Mil.Argument.Binding.newBuilder().setValue(value))
                .build();
    }

    static Mil.Argument named(String name) {
        return MilParts.argument(name);
    }

    static Mil.Operation.Builder op(String type, String result, Mil.ValueType of) {
        return Mil.Operation.newBuilder()
                .setType(type)
                .putAttributes("name", MilParts.string(result))
                .addOutputs(Mil.NamedValueType.newBuilder().setName(result).setType(of));
    }

    /** Writes x + a constant, puts operations in the constant's place, and reads that. */
    Program.Function read(TensorType type, Mil.Operation.Builder... made) throws IOException {
        return CoreMl.read(write(type, made)).functions().getFirst();
    }

    /** Writes x + a constant and puts operations in the constant's place. */
    Path write(TensorType type, Mil.Operation.Builder... made) throws IOException {
        var x = new Port("x", Role.BATCH, type).tensor();
        var sum = x.add(Tensor.constant(NDArray.full(type, 1)));
        Path path = folder.resolve("X.mlpackage");
        var function = Program.Function.of("f", List.of(Program.Output.result("y", sum)));
        ProgramPackage.write(Program.of(function), path, ModelCard.BLANK);
        var model = MlPackage.open(path).read().toBuilder();
        var main = model.getMlProgram().getFunctionsOrThrow("main").toBuilder();
        var block = main.getBlockSpecializationsOrThrow("CoreML8").toBuilder();
        var add =
                block.getOperationsList().stream()
                        .filter(each -> each.getType().equals("add"))
                        .findFirst()
                        .orElseThrow()
                        .toBuilder();
        add.putInputs("x", named("x")).putInputs("y", named("known"));
        var operations = new ArrayList<Mil.Operation>();
        for (var each : made) {
            operations.add(each.build());
        }
        operations.add(add.build());
        block.clearOperations().addAllOperations(operations);
        main.putBlockSpecializations("CoreML8", block.build());
        model.getMlProgramBuilder().putFunctions("main", main.build());
        Files.write(MlPackage.open(path).model(), model.build().toByteArray());
        return path;
    }

    static TensorType floats(int... dims) {
        return TensorType.float32(Shape.shape(dims));
    }

    static Mil.Argument truth() {
        var tensor = Mil.TensorValue.newBuilder();
        tensor.getBoolsBuilder().addValues(true);
        return bound(type(Mil.DataType.BOOL), tensor);
    }

    static Mil.Operation.Builder range(String start, String end, String step, int count) {
        return op("range_1d", "known", type(Mil.DataType.FLOAT32, count))
                .putInputs("start", floats(start))
                .putInputs("end", floats(end))
                .putInputs("step", floats(step));
    }

    static Mil.Argument uint8(String numbers, int... dims) {
        return bytes(Mil.DataType.UINT8, numbers, dims);
    }

    static Mil.Value value(Mil.Argument argument) {
        return argument.getArguments(0).getValue();
    }

    /** Returns an argument of no element at all. */
    static Mil.Argument empty(Mil.DataType element) {
        return bound(type(element, 0), Mil.TensorValue.newBuilder());
    }

    /**
     * Operations that make what is known.
     *
     * @param type the type of the result
     * @param operations the operations
     */
    record Sample(TensorType type, Mil.Operation.Builder... operations) {}

    /** Returns operations of every kind whose results are known before a program runs. */
    static List<Sample> samples() {
        var row = type(Mil.DataType.FLOAT32, 2, 3);
        return List.of(
                new Sample(floats(4), range("0", "1", "0.25", 4)),
                new Sample(
                        floats(2, 3),
                        op("reshape_like", "known", row)
                                .putInputs("x", floats("1 2 3 4 5 6", 6))
                                .putInputs("ref_tensors", named("x"))
                                .putInputs("begins", ints("0"))
                                .putInputs("ends", ints("-1"))
                                .putInputs("end_masks", truth())),
                new Sample(
                        floats(2, 3),
                        op("constexpr_lut_to_dense", "known", row)
                                .putInputs("indices", bytes(Mil.DataType.UINT1, "0x2A", 2, 3))
                                .putInputs("lut", floats("5 6 7 8", 2, 1, 2, 1))),
                new Sample(
                        floats(5),
                        op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 5))
                                .putAttributes("indices", value(uint8("0xE4 0x1", 2)))
                                .putAttributes("lut", value(floats("5 6 7 8", 4)))
                                .putAttributes("shape", value(ints("5", 1)))),
                new Sample(
                        floats(4, 2),
                        op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 4, 2))
                                .putInputs("indices", bytes(Mil.DataType.UINT1, "0x6", 2, 2))
                                .putInputs("lut", floats("1 2 3 4", 1, 1, 2, 2))
                                .putInputs("vector_axis", ints("0"))),
                new Sample(
                        floats(2, 4),
                        op(
                                        "constexpr_blockwise_shift_scale",
                                        "known",
                                        type(Mil.DataType.FLOAT32, 2, 4))
                                .putInputs(
                                        "data",
                                        bytes(Mil.DataType.INT4, "0xF1 0x87 0x20 0x43", 2, 4))
                                .putInputs("scale", floats("1 0.5 2 10", 2, 2))
                                .putInputs("offset", floats("0 1 0 -1", 2, 2))),
                new Sample(
                        floats(2, 2),
                        op("constexpr_affine_dequantize", "known", type(Mil.DataType.FLOAT32, 2, 2))
                                .putAttributes(
                                        "quantized_data", value(uint8("130 126 0 255", 2, 2)))
                                .putAttributes("zero_point", value(uint8("128")))
                                .putAttributes("scale", value(floats("1 0.5", 2)))
                                .putAttributes("axis", value(ints("0")))),
                new Sample(
                        floats(4),
                        op("constexpr_sparse_to_dense", "known", type(Mil.DataType.FLOAT32, 4))
                                .putInputs("mask", bytes(Mil.DataType.UINT1, "0x5", 4))
                                .putInputs("nonzero_data", floats("1 2", 2))),
                new Sample(
                        floats(1, 1, 4),
                        op("resize_bilinear", "known", type(Mil.DataType.FLOAT32, 1, 1, 4))
                                .putInputs("x", floats("1 2", 1, 1, 2))
                                .putInputs("target_size_height", ints("1"))
                                .putInputs("target_size_width", ints("4"))));
    }
}
