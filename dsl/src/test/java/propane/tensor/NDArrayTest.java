package propane.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/** An array lies in one segment of memory: copied once as it comes in, never written to after. */
final class NDArrayTest {
    private static final double[] VALUES = {1, 0, -3, 4.5, 100, 7};

    private static NDArray made(DType dtype) {
        return NDArray.of(VALUES, new TensorType(dtype, Shape.shape(3, 2)));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsInMemoryComesBackAsItWas(DType dtype) {
        NDArray array = made(dtype);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(array.type().bytes(), 64);
            array.copyTo(memory);
            NDArray back = NDArray.of(memory, array.type());
            memory.fill((byte) 1);
            assertThat(back).isEqualTo(array).hasSameHashCodeAs(array);
            assertThat(back.segment().mismatch(array.segment())).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void elementsAreWhatTheTypeCanHold(DType dtype) {
        double[] kept =
                switch (dtype) {
                    case FLOAT32, FLOAT16 -> VALUES;
                    case INT32 -> new double[] {1, 0, -3, 4, 100, 7};
                    case BOOL -> new double[] {1, 0, 1, 1, 1, 1};
                };
        assertThat(made(dtype).doubles()).isEqualTo(kept);
        for (int i = 0; i < kept.length; i++) {
            assertThat(made(dtype).at(i)).isEqualTo(kept[i]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreCutOutWhole(DType dtype) {
        NDArray array = made(dtype);
        NDArray rows = array.slice(1, 3);
        assertThat(rows.shape()).isEqualTo(Shape.shape(2, 2));
        for (int i = 0; i < 4; i++) {
            assertThat(rows.at(i)).isEqualTo(array.at(i + 2));
        }
        assertThatThrownBy(() -> array.slice(2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @EnumSource
    void oneThatIsFilledIsWhatOneOfAllElementsIs(DType dtype) {
        var type = new TensorType(dtype, Shape.shape(5, 3));
        NDArray filled = NDArray.full(type, 1);
        NDArray all = NDArray.of(filled.doubles(), type);
        assertThat(filled).isEqualTo(all).hasSameHashCodeAs(all);
        assertThat(all).isEqualTo(filled);
        assertThat(filled.slice(1, 2)).isEqualTo(all.slice(1, 2));
        assertThat(filled.segment().mismatch(all.segment())).isEqualTo(-1);
        MemorySegment memory = MemorySegment.ofArray(new long[8]);
        filled.copyTo(memory);
        assertThat(NDArray.of(memory.asSlice(0, type.bytes()), type)).isEqualTo(all);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(DType dtype) throws IOException {
        // More than one piece of what is written at once.
        var type = new TensorType(dtype, Shape.shape(70_000));
        double[] values = IntStream.range(0, 70_000).mapToDouble(i -> i % 3).toArray();
        NDArray array = NDArray.of(values, type);
        var out = new ByteArrayOutputStream();
        array.writeTo(out);
        assertThat(out.size()).isEqualTo(type.bytes());
        byte[] bytes = out.toByteArray();
        assertThat(NDArray.readFrom(in(bytes), type)).isEqualTo(array);
        var cut = in(Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> NDArray.readFrom(cut, type)).isInstanceOf(EOFException.class);
    }

    @Test
    void bytesAreLittleEndianAndTruthIsOne() throws IOException {
        var out = new ByteArrayOutputStream();
        NDArray.of(new int[] {0x01020304}).writeTo(out);
        assertThat(out.toByteArray()).containsExactly(4, 3, 2, 1);
        var truth = new TensorType(DType.BOOL, Shape.shape(2));
        assertThat(NDArray.readFrom(in(new byte[] {0, 7}), truth))
                .isEqualTo(NDArray.of(new double[] {0, 1}, truth));
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    @Test
    void anEmptyArrayTakesNoMemory() {
        NDArray none = NDArray.full(TensorType.float32(Shape.shape(0, 3)), 2);
        assertThat(none.segment().byteSize()).isZero();
        assertThat(none.isFilled()).isFalse();
    }

    @Test
    void nobodyWritesToIt() {
        float[] given = {1, 2};
        NDArray array = NDArray.of(given);
        given[0] = 9;
        array.floats()[0] = 9;
        assertThat(array.floats()).containsExactly(1, 2);
        assertThatThrownBy(() -> array.segment().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 9))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyBitCounts() {
        NDArray zeros = NDArray.of(new float[] {0, Float.NaN});
        assertThat(NDArray.of(new float[] {-0f, Float.NaN})).isNotEqualTo(zeros);
        float other = Float.intBitsToFloat(0x7fc00001);
        assertThat(NDArray.of(new float[] {0, other})).isNotEqualTo(zeros);
        assertThat(NDArray.of(new float[] {0, Float.NaN})).isEqualTo(zeros);
    }

    @Test
    void thereIsNoElementBeyondTheLast() {
        assertThatThrownBy(() -> NDArray.of(new float[] {1}).at(1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> NDArray.full(made(DType.INT32).type(), 1).at(6))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
