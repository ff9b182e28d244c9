package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.coreml.KnownPackage.bytes;
import static propane.coreml.KnownPackage.floats;
import static propane.coreml.KnownPackage.ints;
import static propane.coreml.KnownPackage.named;
import static propane.coreml.KnownPackage.op;
import static propane.coreml.KnownPackage.range;
import static propane.coreml.KnownPackage.truth;
import static propane.coreml.KnownPackage.type;
import static propane.coreml.KnownPackage.uint8;
import static propane.coreml.KnownPackage.value;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.coreml.proto.Mil;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Reads programs in which one operand of a sum is a result that is known before. */
class KnownResultsTest {
    @TempDir Path folder;

    private Program.Function read(TensorType type, Mil.Operation.Builder... made)
            throws IOException {
        return new KnownPackage(folder).read(type, made);
    }

    /** Returns what was added to zeros. */
    private double[] known(TensorType type, Mil.Operation.Builder... made) throws IOException {
        var function = read(type, made);
        return Interpreter.run(function, Map.of("x", NDArray.full(type, 0))).get("y").doubles();
    }

    @Test
    void aShapeIsAConstantAndShapesOfOthersAreReshapes() throws IOException {
        TensorType type = new TensorType(DType.INT32, Shape.shape(2));
        var shape = op("shape", "known", type(Mil.DataType.INT32, 1)).putInputs("x", named("x"));
        assertThat(known(type, shape)).containsExactly(2, 2);
        var flat =
                op("reshape_like", "known", type(Mil.DataType.FLOAT32, 2, 3))
                        .putInputs("x", floats("1 2 3 4 5 6", 6))
                        .putInputs("ref_tensors", named("x"))
                        .putInputs("begins", ints("0"))
                        .putInputs("ends", ints("-1"))
                        .putInputs("end_masks", truth());
        assertThat(known(floats(2, 3), flat)).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0.25, 0 0.25 0.5 0.75", "1, -1, -0.5, 1 0.5 0 -0.5"})
    void aRangeIsAConstant(String start, String end, String step, String expected)
            throws IOException {
        double[] numbers = known(floats(4), range(start, end, step, 4));
        assertThat(numbers)
                .containsExactly(
                        Arrays.stream(expected.split(" ")).mapToDouble(Double::valueOf).toArray());
    }

    @Test
    void aRangeThatDoesNotEndIsRefused() {
        assertThatThrownBy(() -> read(floats(4), range("0", "1", "-1", 4)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("op known (range_1d): a step of -1.0");
    }

    @Test
    void numbersOfFewBitsAreScaledByBlocks() throws IOException {
        // Two to a byte, the low half first: 1 -1 7 -8 and 0 2 3 4; blocks of two columns.
        var op =
                op("constexpr_blockwise_shift_scale", "known", type(Mil.DataType.FLOAT32, 2, 4))
                        .putInputs("data", bytes(Mil.DataType.INT4, "0xF1 0x87 0x20 0x43", 2, 4))
                        .putInputs("scale", floats("1 0.5 2 10", 2, 2))
                        .putInputs("offset", floats("0 1 0 -1", 2, 2));
        assertThat(known(floats(2, 4), op)).containsExactly(1, -1, 3, -4.5, 0, 4, 40, 50);
    }

    @Test
    void numbersAreScaledAlongAnAxisAsBeforeIos18() throws IOException {
        var op =
                op("constexpr_affine_dequantize", "known", type(Mil.DataType.FLOAT32, 2, 2))
                        .putAttributes("quantized_data", value(uint8("130 126 0 255", 2, 2)))
                        .putAttributes("zero_point", value(uint8("128")))
                        .putAttributes("scale", value(floats("1 0.5", 2)))
                        .putAttributes("axis", value(ints("0")));
        assertThat(known(floats(2, 2), op)).containsExactly(2, -2, -64, 63.5);
    }

    @Test
    void indicesNameEntriesOfTables() throws IOException {
        // Rows have a table each.
        var op =
                op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 2, 3))
                        .putInputs("indices", bytes(Mil.DataType.UINT1, "0x2A", 2, 3))
                        .putInputs("lut", floats("5 6 7 8", 2, 1, 2, 1));
        assertThat(known(floats(2, 3), op)).containsExactly(5, 6, 5, 8, 7, 8);
        var vectors =
                op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 4, 2))
                        .putInputs("indices", bytes(Mil.DataType.UINT1, "0x6", 2, 2))
                        .putInputs("lut", floats("1 2 3 4", 1, 1, 2, 2))
                        .putInputs("vector_axis", ints("0"));
        assertThat(known(floats(4, 2), vectors)).containsExactly(1, 3, 2, 4, 3, 1, 4, 2);
        var before =
                op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 5))
                        .putAttributes("indices", value(uint8("0xE4 0x1", 2)))
                        .putAttributes("lut", value(floats("5 6 7 8", 4)))
                        .putAttributes("shape", value(ints("5", 1)));
        assertThat(known(floats(5), before)).containsExactly(5, 6, 7, 8, 6);
    }

    @Test
    void masksSayWhereNumbersStand() throws IOException {
        var scaled =
                op("constexpr_sparse_blockwise_shift_scale", "mask", type(Mil.DataType.UINT1, 1, 5))
                        .addOutputs(
                                Mil.NamedValueType.newBuilder()
                                        .setName("numbers")
                                        .setType(type(Mil.DataType.FLOAT32, 2)))
                        .putInputs("data_mask", bytes(Mil.DataType.UINT1, "0x12", 1, 5))
                        .putInputs("nonzero_data", bytes(Mil.DataType.INT8, "-3 4", 2))
                        .putInputs("scale", floats("0.5", 1, 1));
        var spread =
                op("constexpr_sparse_to_dense", "known", type(Mil.DataType.FLOAT32, 1, 5))
                        .putInputs("mask", named("mask"))
                        .putInputs("nonzero_data", named("numbers"));
        assertThat(known(floats(1, 5), scaled, spread)).containsExactly(0, -1.5, 0, 0, 2);
        var few =
                op("constexpr_sparse_to_dense", "known", type(Mil.DataType.FLOAT32, 4))
                        .putInputs("mask", bytes(Mil.DataType.UINT1, "0x7", 4))
                        .putInputs("nonzero_data", floats("1 2", 2));
        assertThatThrownBy(() -> read(floats(4), few))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("the mask names more places");
    }
}
