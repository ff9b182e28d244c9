package propane.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.checkpoint.Bytes;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

class SafetensorsTest {
    @TempDir Path folder;

    @Test
    void readsBackEveryElementTypeInOrder() {
        float[] many = new float[40_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = Float.intBitsToFloat(i * 0x9E3779B9);
        }
        var arrays = new LinkedHashMap<String, NDArray>();
        arrays.put("z/bool", NDArray.of(new boolean[] {true, false, true}, Shape.shape(3)));
        arrays.put("half", NDArray.ofHalfBits(new short[] {1, -2, 0x7e01}, Shape.shape(1, 3)));
        arrays.put("é \"quoted\"", NDArray.of(new int[] {Integer.MIN_VALUE, 7}));
        arrays.put("many", NDArray.of(many, 200, 200));
        arrays.put("scalar", NDArray.scalar(Math.PI));
        arrays.put("empty", NDArray.of(new float[0], 0, 5));
        var written = new Safetensors(Map.of("note", "a\nb"), arrays);
        Path file = folder.resolve("all.safetensors");
        written.write(file);

        var read = Safetensors.read(file);
        assertThat(read).isEqualTo(written);
        assertThat(read.arrays().keySet()).containsExactlyElementsOf(arrays.keySet());
    }

    @Test
    void writesTheSameBytesAlignedToEight() throws Exception {
        var written =
                new Safetensors(
                        Map.of(),
                        Map.of(
                                "a",
                                NDArray.of(new boolean[] {true}, Shape.shape(1)),
                                "b",
                                NDArray.of(new float[] {1, 2})));
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        written.write(one);
        Safetensors.read(one).write(two);
        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
        byte[] bytes = Bytes.read(one);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(header % 8).isZero();
        assertThat(bytes.length).isEqualTo(8 + header + 8 + 1);
        // The float comes first, so that it lies aligned.
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .contains("\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}");
    }

    @ParameterizedTest
    @CsvSource({
        "BF16, c03f, FLOAT32, 1.5",
        "F64, 000000000000f83f, FLOAT32, 1.5",
        "U8, c8, INT32, 200",
        "I8, c8, INT32, -56",
        "U16, c8c9, INT32, 51656",
        "I16, c8c9, INT32, -13880",
        "U32, c8c90000, INT32, 51656",
        "I64, c8ffffffffffffff, INT32, -56"
    })
    void convertsForeignElementTypes(String type, String hex, DType dtype, double value) {
        byte[] data = HexFormat.of().parseHex(hex);
        String header =
                "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}"
                        .formatted(type, data.length);
        Path file = Bytes.write(folder.resolve("f"), Bytes.file(header, data));
        var array = Safetensors.read(file).arrays().get("x");
        assertThat(array.dtype()).isEqualTo(dtype);
        assertThat(array.at(0)).isEqualTo(value);
    }

    /** A weight of 10^300 would become infinite without a word. */
    @Test
    void refusesNumbersBeyondFloat32() {
        var data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        String header = "{\"x\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}";
        Path file = folder.resolve("f");
        Bytes.write(file, Bytes.file(header, data.putDouble(0, -1e300).array()));
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("array x holds -1.0E300, which is beyond the range");
        for (double fine : new double[] {Double.NEGATIVE_INFINITY, Float.MAX_VALUE, 1e-300}) {
            Bytes.write(file, Bytes.file(header, data.putDouble(0, fine).array()));
            assertThat(Safetensors.read(file).arrays().get("x").at(0)).isEqualTo((float) fine);
        }
    }

    @Test
    void refusesIntegersBeyondInt32() {
        for (String type : new String[] {"I64", "U64", "U32"}) {
            int bytes = type.endsWith("64") ? 8 : 4;
            byte[] data = new byte[bytes];
            data[bytes - 1] = (byte) 0x80;
            String header =
                    "{\"x\":{\"dtype\":\"%s\",\"shape\":[],\"data_offsets\":[0,%d]}}"
                            .formatted(type, bytes);
            Path file = Bytes.write(folder.resolve(type), Bytes.file(header, data));
            assertThatThrownBy(() -> Safetensors.read(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("array x holds ")
                    .hasMessageEndingWith("which no int32 can hold");
            data[bytes - 1] = 0;
            data[0] = 7;
            Bytes.write(file, Bytes.file(header, data));
            assertThat(Safetensors.read(file).arrays().get("x").at(0)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[]|must begin with '{'",
                "{\"x\":1}|field x must be an object",
                "{\"x\":{}}|field x lacks the member \"dtype\"",
                "{\"x\":{\"dtype\":\"F8_E4M3\"}}|field x.dtype names the element type F8_E4M3",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}"
                        + "|field x.shape[0] must be a whole number from 0 to 2147483647, is -1",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[65536,65536,0],\"data_offsets\":[0,8]}}"
                        + "|field x.shape: [65536, 65536, 0] has more than 2^31 - 1",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}"
                        + "|field x.data_offsets must hold two numbers, holds 1",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}"
                        + "|field x.data_offsets must lie in order within the 8 bytes of data",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}"
                        + "|field x.data_offsets must lie in order within the 8 bytes of data",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}"
                        + "|field x.data_offsets spans 4 bytes, but F32 of shape [2] takes 8",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + "|field x.data_offsets begins at 4 and leaves a hole after 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                        + "|its arrays end at byte 4 of 8 of data",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"y\":{\"dtype\":"
                        + "\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + "|field y.data_offsets begins at 4, inside another array",
                "{\"__metadata__\":{\"a\":1}}|field __metadata__.a must be a string, is 1",
                "{\"x\":{},\"x\":{}}|the name \"x\" stands twice in one object",
                "{\"x\"}|JSON, line 1, column 5"
            })
    void namesTheFieldThatIsWrong(String header, String message) {
        Path file = Bytes.write(folder.resolve("bad"), Bytes.file(header, 8));
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": header")
                .hasMessageContaining(message);
    }

    @Test
    void refusesHeadersLongerThanTheFile() {
        byte[] bytes = Bytes.file("{}", 0);
        for (int last : new int[] {0x7f, 0x80, 0xff, 1}) {
            bytes[7] = (byte) last;
            Path file = Bytes.write(folder.resolve("long"), bytes);
            assertThatThrownBy(() -> Safetensors.read(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("field \"header length\" is ")
                    .hasMessageContaining("may be at most 2 in a file of 10 bytes");
        }
        assertThatThrownBy(() -> Safetensors.read(Bytes.write(folder.resolve("s"), new byte[7])))
                .hasMessageContaining("has 7 bytes");
        assertThatThrownBy(() -> Safetensors.read(folder.resolve("nowhere")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> Safetensors.read(folder)).isInstanceOf(FormatException.class);
    }

    @Test
    void refusesHeadersThatAreNotUtf8() {
        byte[] bytes = Bytes.file("{\"x\":1}", 0);
        bytes[10] = (byte) 0xff;
        assertThatThrownBy(() -> Safetensors.read(Bytes.write(folder.resolve("u"), bytes)))
                .hasMessageContaining("header: is not UTF-8");
    }

    @Test
    void refusesArraysNamedLikeTheTexts() {
        assertThatThrownBy(
                        () -> new Safetensors(Map.of(), Map.of("__metadata__", NDArray.scalar(1))))
                .isInstanceOf(FormatException.class);
    }

    @Test
    void refusesToWriteHeadersThatNoReaderTakes() {
        Path file = folder.resolve("wide");
        var contents = new Safetensors(Map.of("note", "x".repeat(100_000_001)), Map.of());
        assertThatThrownBy(() -> contents.write(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("no reader takes more than 100000000");
        assertThat(file).doesNotExist();
    }
}
