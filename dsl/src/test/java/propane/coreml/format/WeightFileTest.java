package propane.coreml.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.disk.Disk;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class WeightFileTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("weight.bin");
    }

    @Test
    void laysBlobsOutInUnitsOf64Bytes() throws IOException {
        NDArray three = NDArray.of(new float[] {1, 2, 3});
        NDArray halves = NDArray.of(new float[] {0.5f, -2}).cast(DType.FLOAT16);
        assertThat(write(three, halves)).containsExactly(64, 192);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).hasSize(256 + 4);
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new int[] {buffer.getInt(0), buffer.getInt(4)}).containsExactly(2, 2);
        assertThat(Arrays.copyOfRange(bytes, 8, 64)).containsOnly(0);
        assertThat(Arrays.copyOfRange(bytes, 64, 68)).inHexadecimal().isEqualTo(sentinel());
        assertThat(buffer.getInt(68)).isEqualTo(2);
        assertThat(buffer.getLong(72)).isEqualTo(12);
        assertThat(buffer.getLong(80)).isEqualTo(128);
        assertThat(Arrays.copyOfRange(bytes, 88, 128)).containsOnly(0);
        assertThat(buffer.getFloat(136)).isEqualTo(3);
        assertThat(Arrays.copyOfRange(bytes, 140, 192)).containsOnly(0);
        assertThat(buffer.getInt(196)).isEqualTo(1);
        assertThat(buffer.getShort(256)).isEqualTo(Float.floatToFloat16(0.5f));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        NDArray floats = NDArray.full(TensorType.float32(Shape.shape(300, 100)), 0.1);
        NDArray ints = NDArray.of(new int[] {1, -2, Integer.MIN_VALUE, 4}, 2, 2);
        NDArray halves = NDArray.of(new float[] {1, 65504, -0f}).cast(DType.FLOAT16);
        long[] at = write(floats, ints, halves);
        try (var read = WeightFile.open(file)) {
            assertThat(read.array(at[0], floats.type())).isEqualTo(floats);
            assertThat(read.array(at[1], ints.type())).isEqualTo(ints);
            assertThat(read.array(at[2], halves.type())).isEqualTo(halves);
        }
    }

    @Test
    void storesEqualContentsOnce() throws IOException {
        NDArray matrix = NDArray.of(new float[] {1, 2, 3, 4}, 2, 2);
        long[] at =
                write(
                        matrix,
                        NDArray.of(new float[] {1, 2, 3, 4}),
                        NDArray.of(new float[] {1, 2, 3, 5}),
                        // The same bytes as other elements are another content.
                        NDArray.of(Arrays.stream(bits(matrix)).toArray()));
        assertThat(at).containsExactly(64, 64, 192, 320);
        try (var read = WeightFile.open(file)) {
            assertThat(read.array(64, matrix.type())).isEqualTo(matrix);
            assertThat(read.array(64, TensorType.float32(Shape.shape(4))).floats())
                    .containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void refusesWhatIsNoBlobOfThatType() throws IOException {
        write(NDArray.of(new float[] {1, 2, 3}), NDArray.of(new float[100]));
        var three = TensorType.float32(Shape.shape(3));
        refuses(64, three.with(DType.INT32), "blob at 64 holds 12 bytes of FLOAT32; asked for is");
        refuses(64, three.with(Shape.shape(4)), "holds 12 bytes");
        refuses(0, three, "blob at 0: blobs start at multiples of 64 after the header");
        refuses(65, three, "blob at 65");
        refuses(128, three, "blob at 128: the sentinel 0xDEADBEEF is missing");
        refuses(1L << 40, three, "no blob, or cut short");
        refuses(-64, three, "blob at 18446744073709551552");
    }

    @Test
    void refusesDamagedMetadata() throws IOException {
        write(NDArray.of(new float[] {1, 2, 3}));
        damaged(4, 1, "field \"version\" is 1");
        damaged(64, 0, "sentinel");
        damaged(68, 99, "there is no element type of code 99");
        damaged(76, -1, "do not lie in a file of 140 bytes: cut short");
        damaged(80, 64, "do not lie in a file of 140 bytes");
        damaged(84, 1 << 30, "do not lie");
    }

    @Test
    void refusesAFileCutShortAnywhere() throws IOException {
        NDArray three = NDArray.of(new float[] {1, 2, 3});
        write(three);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(
                            () -> {
                                try (var read = WeightFile.open(file)) {
                                    read.array(64, three.type());
                                }
                            })
                    .as("cut to %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining("cut short");
        }
        assertThatThrownBy(() -> WeightFile.open(folder.resolve("none.bin")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("none.bin");
    }

    private long[] write(NDArray... arrays) throws IOException {
        Files.deleteIfExists(file);
        try (var writer = new WeightFileWriter(Disk.system().create(file))) {
            long[] offsets = new long[arrays.length];
            for (int i = 0; i < arrays.length; i++) {
                offsets[i] = writer.add(arrays[i]);
            }
            writer.finish();
            assertThat(writer.count()).isEqualTo(Arrays.stream(offsets).distinct().count());
            return offsets;
        }
    }

    private void refuses(long offset, TensorType type, String message) {
        try (var read = WeightFile.open(file)) {
            assertThatThrownBy(() -> read.array(offset, type))
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining(message);
        }
    }

    private void damaged(int at, int value, String message) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        byte[] bytes = whole.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        Files.write(file, bytes);
        assertThatThrownBy(
                        () -> {
                            try (var read = WeightFile.open(file)) {
                                read.array(64, TensorType.float32(Shape.shape(3)));
                            }
                        })
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message);
        Files.write(file, whole);
    }

    private static int[] bits(NDArray array) {
        int[] bits = new int[array.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits((float) array.at(i));
        }
        return bits;
    }

    private static byte[] sentinel() {
        return new byte[] {(byte) 0xEF, (byte) 0xBE, (byte) 0xAD, (byte) 0xDE};
    }
}
