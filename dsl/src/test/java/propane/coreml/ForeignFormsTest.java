package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.coreml.KnownPackage.floats;
import static propane.coreml.KnownPackage.ints;
import static propane.coreml.KnownPackage.named;
import static propane.coreml.KnownPackage.op;
import static propane.coreml.KnownPackage.truth;
import static propane.coreml.KnownPackage.type;
import static propane.coreml.KnownPackage.value;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.coreml.format.MilParts;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.Mil;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Leaf;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Forms of operations that others write and programs of ours do not have: what they add to zeros.
 */
class ForeignFormsTest {
    private static final Mil.DataType FLOAT = Mil.DataType.FLOAT32;
    private static final Mil.DataType INT = Mil.DataType.INT32;

    @TempDir Path folder;

    private double[] known(TensorType type, Mil.Operation.Builder... made) throws IOException {
        return run(new KnownPackage(folder).read(type, made), type);
    }

    private static double[] run(Program.Function function, TensorType type) {
        return Interpreter.run(function, Map.of("x", NDArray.full(type, 0))).get("y").doubles();
    }

    /** Reads operations as those of another opset. */
    private double[] of(String opset, TensorType type, Mil.Operation.Builder... made)
            throws IOException {
        Path path = new KnownPackage(folder).write(type, made);
        var model = MlPackage.open(path).read().toBuilder();
        var main = model.getMlProgram().getFunctionsOrThrow("main").toBuilder();
        Mil.Block block = main.getBlockSpecializationsOrThrow("CoreML8");
        main.setOpset(opset).clearBlockSpecializations().putBlockSpecializations(opset, block);
        model.getMlProgramBuilder().putFunctions("main", main.build());
        Files.write(MlPackage.open(path).model(), model.build().toByteArray());
        return run(CoreMl.read(path).functions().getFirst(), type);
    }

    private static Mil.Argument text(String text) {
        return Mil.Argument.newBuilder()
                .addArguments(Mil.Argument.Binding.newBuilder().setValue(MilParts.string(text)))
                .build();
    }

    @Test
    void aConvolutionMayHaveABias() throws IOException {
        var conv =
                op("conv", "known", type(FLOAT, 1, 2, 3))
                        .putInputs("x", floats("1 2 3", 1, 1, 3))
                        .putInputs("weight", floats("1 10", 2, 1, 1))
                        .putInputs("bias", floats("0.5 -1", 2));
        assertThat(known(KnownPackage.floats(1, 2, 3), conv))
                .containsExactly(1.5, 2.5, 3.5, 9, 19, 29);
    }

    @ParameterizedTest
    @CsvSource({"same, 2, 1 2 3 4 5 6", "valid, 2, 1 2 3 4 5 6", "same, 3, 1 2 0 3 4 0 5 6 0"})
    void aTransposedConvolutionMayLeaveItsLengthOpen(String padType, String stride, String right)
            throws IOException {
        int count = right.split(" ").length;
        var conv =
                op("conv_transpose", "known", type(FLOAT, 1, 1, count))
                        .putInputs("x", floats("1 3 5", 1, 1, 3))
                        .putInputs("weight", floats("1 0", 1, 1, 2))
                        .putInputs("strides", ints(stride, 1))
                        .putInputs("pad_type", text(padType));
        double[] made = known(KnownPackage.floats(1, 1, count), conv);
        assertThat(made).hasSize(count);
        assertThat(made[0]).isEqualTo(1);
        assertThat(made[Integer.parseInt(stride)]).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"-1 2, 3, 2", "0 -1, 2, 3", "3 0, 3, 2"})
    void aReshapeMayLeaveALengthOpen(String shape, int rows, int columns) throws IOException {
        String x = columns == 2 && shape.startsWith("3") ? "3 2" : "2 3";
        var dims = x.split(" ");
        var reshape =
                op("reshape", "known", type(FLOAT, rows, columns))
                        .putInputs(
                                "x",
                                floats(
                                        "1 2 3 4 5 6",
                                        Integer.parseInt(dims[0]),
                                        Integer.parseInt(dims[1])))
                        .putInputs("shape", ints(shape, 2));
        assertThat(known(KnownPackage.floats(rows, columns), reshape))
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void lengthsMayBeComputedOfOtherLengths() throws IOException {
        var shape =
                op("shape", "lengths", type(INT, 2)).putInputs("x", floats("1 2 3 4 5 6", 2, 3));
        var twice =
                op("mul", "twice", type(INT, 2))
                        .putInputs("x", named("lengths"))
                        .putInputs("y", ints("3 -1", 2));
        var plus =
                op("add", "sizes", type(INT, 2))
                        .putInputs("x", named("twice"))
                        .putInputs("y", ints("0 2", 2));
        var reshape =
                op("reshape", "known", type(FLOAT, 6, 1))
                        .putInputs("x", floats("1 2 3 4 5 6", 2, 3))
                        .putInputs("shape", named("sizes"));
        assertThat(known(KnownPackage.floats(6, 1), shape, twice, plus, reshape))
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void padsOfTheLastAxesAreEnough() throws IOException {
        var pad =
                op("pad", "known", type(FLOAT, 2, 4))
                        .putInputs("x", floats("1 2 3 4", 2, 2))
                        .putInputs("pad", ints("1 1", 2));
        assertThat(known(KnownPackage.floats(2, 4), pad)).containsExactly(0, 1, 2, 0, 0, 3, 4, 0);
    }

    @Test
    void aSqueezeWithoutAxesDropsAllOfLengthOne() throws IOException {
        var squeeze = op("squeeze", "known", type(FLOAT, 2)).putInputs("x", floats("1 2", 1, 2, 1));
        assertThat(known(KnownPackage.floats(2), squeeze)).containsExactly(1, 2);
    }

    @Test
    void oneHotMayBeOfWholeNumbers() throws IOException {
        var hot =
                op("one_hot", "hot", type(INT, 2, 3))
                        .putInputs("indices", ints("2 0", 2))
                        .putInputs("one_hot_vector_size", ints("3"))
                        .putInputs("on_value", ints("5"))
                        .putInputs("off_value", ints("1"));
        var cast =
                op("cast", "known", type(FLOAT, 2, 3))
                        .putInputs("x", named("hot"))
                        .putInputs("dtype", text("fp32"));
        assertThat(known(KnownPackage.floats(2, 3), hot, cast)).containsExactly(1, 1, 5, 5, 1, 1);
    }

    /** iOS 17 took indices below 0 for places outside; before they counted from the end. */
    @ParameterizedTest
    @CsvSource({"CoreML5, 3 1", "CoreML6, 3 1", "CoreML7, 0 1", "CoreML8, 0 1"})
    void indicesBelowZeroMeanWhatTheirOpsetSays(String opset, String right) throws IOException {
        var gather =
                op("gather", "known", type(FLOAT, 2))
                        .putInputs("x", floats("1 2 3", 3))
                        .putInputs("indices", ints("-1 0", 2));
        assertThat(of(opset, KnownPackage.floats(2), gather)).containsExactly(doubles(right));
        var nd =
                op("gather_nd", "known", type(FLOAT, 2))
                        .putInputs("x", floats("1 2 3", 3))
                        .putInputs("indices", ints("-1 0", 2, 1));
        assertThat(of(opset, KnownPackage.floats(2), nd)).containsExactly(doubles(right));
    }

    private static double[] doubles(String text) {
        return List.of(text.split(" ")).stream().mapToDouble(Double::parseDouble).toArray();
    }

    @ParameterizedTest
    @CsvSource({"INT8, 2 -1", "UINT8, 2 255", "INT16, 513 -1", "UINT16, 513 65535"})
    void narrowWholeNumbersAreReadAsInt32(Mil.DataType element, String right) throws IOException {
        String stored = element.name().endsWith("8") ? "0x2 0xFF" : "0x1 0x2 0xFF 0xFF";
        var cast =
                op("cast", "known", type(FLOAT, 2))
                        .putInputs("x", KnownPackage.bytes(element, stored, 2))
                        .putInputs("dtype", text("fp32"));
        assertThat(known(KnownPackage.floats(2), cast)).containsExactly(doubles(right));
        var back =
                op("cast", "narrow", type(element, 2))
                        .putInputs("x", ints("65538 511", 2))
                        .putInputs(
                                "dtype", text(element.name().toLowerCase(java.util.Locale.ROOT)));
        var wide = cast.putInputs("x", named("narrow"));
        double wrapped =
                element.name().endsWith("16") ? 511 : element.name().equals("INT8") ? -1 : 255;
        assertThat(known(KnownPackage.floats(2), back, wide)).containsExactly(2, wrapped);
    }

    private static Mil.Block.Builder block(String output, Mil.Operation.Builder... operations) {
        var block = Mil.Block.newBuilder().addOutputs(output);
        for (Mil.Operation.Builder operation : operations) {
            block.addOperations(operation);
        }
        return block;
    }

    private static Mil.Operation.Builder sum(String x, String result, Mil.ValueType type) {
        return op("add", result, type).putInputs("x", named(x));
    }

    @Test
    void aLoopOfAKnownCountIsUnrolled() throws IOException {
        var i = Mil.NamedValueType.newBuilder().setName("i").setType(type(INT));
        var a = Mil.NamedValueType.newBuilder().setName("a").setType(type(FLOAT, 2));
        var less =
                op("less", "less", type(Mil.DataType.BOOL))
                        .putInputs("x", named("i"))
                        .putInputs("y", ints("3"));
        var next = sum("i", "next", type(INT)).putInputs("y", ints("1"));
        var twice = sum("a", "twice", type(FLOAT, 2)).putInputs("y", named("a"));
        var bindings =
                Mil.Argument.newBuilder()
                        .addArguments(Mil.Argument.Binding.newBuilder().setValue(value(ints("0"))))
                        .addArguments(
                                Mil.Argument.Binding.newBuilder()
                                        .setValue(value(floats("1 5", 2))));
        var loop =
                op("while_loop", "count", type(INT))
                        .addOutputs(
                                Mil.NamedValueType.newBuilder()
                                        .setName("known")
                                        .setType(type(FLOAT, 2)))
                        .putInputs("loop_vars", bindings.build())
                        .addBlocks(block("less", less).addInputs(i).addInputs(a))
                        .addBlocks(
                                block("next", next, twice)
                                        .addOutputs("twice")
                                        .addInputs(i)
                                        .addInputs(a));
        assertThat(known(KnownPackage.floats(2), loop)).containsExactly(8, 40);
    }

    @Test
    void ofAChoiceThatIsKnownOneSideIsRead() throws IOException {
        var yes = sum("x", "yes", type(FLOAT, 2)).putInputs("y", floats("1"));
        var no = op("non_zero", "no", type(FLOAT, 2)).putInputs("x", named("x"));
        var choice =
                op("cond", "known", type(FLOAT, 2))
                        .putInputs("pred", truth())
                        .addBlocks(block("yes", yes))
                        .addBlocks(block("no", no));
        assertThat(known(KnownPackage.floats(2), choice)).containsExactly(1, 1);
    }

    @Test
    void anOpThatNobodyKnowsIsAnErrorOnlyToWhoNeedsIt() throws IOException {
        var odd = op("of_tomorrow", "odd", type(FLOAT, 2)).putInputs("x", named("x"));
        var plain = sum("x", "known", type(FLOAT, 2)).putInputs("y", floats("1"));
        assertThat(known(KnownPackage.floats(2), odd, plain)).containsExactly(1, 1);
        var needed = sum("odd", "known", type(FLOAT, 2)).putInputs("y", floats("1"));
        var function = new KnownPackage(folder).read(KnownPackage.floats(2), odd, needed);
        assertThatThrownBy(() -> run(function, KnownPackage.floats(2)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(
                        "function main, op odd (of_tomorrow): Propane cannot compute the op"
                                + " of_tomorrow of CoreML8");
        var y = function.outputs().getFirst().value().sum();
        var x =
                Graph.operations(List.of(y)).stream()
                        .filter(operation -> operation.op() instanceof Leaf.Input)
                        .findFirst()
                        .orElseThrow()
                        .result(0);
        assertThatThrownBy(() -> ReverseMode.gradients(y, List.of(x)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("op odd (of_tomorrow)");
    }

    @Test
    void aParameterThatIsComputedMakesTheOpUnknown() throws IOException {
        var lengths =
                op("cast", "lengths", type(INT, 1))
                        .putInputs("x", named("x"))
                        .putInputs("dtype", text("int32"));
        var reshape =
                op("reshape", "known", type(FLOAT, 1))
                        .putInputs("x", floats("1", 1))
                        .putInputs("shape", named("lengths"));
        var function = new KnownPackage(folder).read(KnownPackage.floats(1), lengths, reshape);
        assertThatThrownBy(() -> run(function, KnownPackage.floats(1)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(
                        "op known (reshape): Propane cannot compute the op reshape of CoreML8: its"
                                + " parameter shape depends on what the program is given");
    }

    /** Where a list leaves lengths open, what is written first tells them. */
    @Test
    void aListIsTheTensorsThatWereWritten() throws IOException {
        var row = Mil.TensorType.newBuilder().setDataType(FLOAT).setRank(1);
        row.addDimensionsBuilder().getUnknownBuilder();
        var element = Mil.ValueType.newBuilder().setTensorType(row);
        var open =
                Mil.ValueType.newBuilder()
                        .setListType(Mil.ListType.newBuilder().setType(element))
                        .build();
        var list = op("make_list", "list", open).putInputs("init_length", ints("2"));
        var written =
                op("list_write", "written", open)
                        .putInputs("ls", named("list"))
                        .putInputs("index", ints("1"))
                        .putInputs("value", floats("3 4", 2));
        var all =
                op("list_gather", "known", type(FLOAT, 2, 2))
                        .putInputs("ls", named("written"))
                        .putInputs("indices", ints("0 1", 2));
        assertThat(known(KnownPackage.floats(2, 2), list, written, all))
                .containsExactly(0, 0, 3, 4);
        var early =
                op("list_read", "known", type(FLOAT, 2))
                        .putInputs("ls", named("list"))
                        .putInputs("index", ints("1"));
        var function = new KnownPackage(folder).read(KnownPackage.floats(2), list, early);
        assertThatThrownBy(() -> run(function, KnownPackage.floats(2)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is read before any is written");
    }
}
