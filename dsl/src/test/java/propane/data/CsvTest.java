package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.tensor.DataException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;

class CsvTest {
    @TempDir Path folder;

    private Path file(String text) {
        return file(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(byte[] bytes) {
        try {
            return Files.write(folder.resolve("table.csv"), bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void readsTheDigits() throws URISyntaxException {
        var url = Objects.requireNonNull(CsvTest.class.getResource("/data/digits-12.csv"));
        var digits = Dataset.csv(Path.of(url.toURI()), "label").reshape(8, 8).scale(1 / 16.0);
        assertThat(digits.size()).isEqualTo(12);
        assertThat(digits.inputs())
                .containsOnly(Map.entry("input", TensorType.float32(Shape.shape(8, 8))));
        assertThat(digits.targets())
                .containsOnly(Map.entry("target", TensorType.int32(Shape.shape())));
        var all = digits.all();
        assertThat(all.x().shape()).isEqualTo(Shape.shape(12, 8, 8));
        assertThat(all.y().at(0)).isEqualTo(4);
        assertThat(all.x().at(3)).isEqualTo(8 / 16.0);
        assertThat(digits.classes()).isEqualTo(10);
    }

    @Test
    void takesTheLabelFromAnyColumnAndTheRestInOrder() {
        var data = Dataset.csv(file("a, kind ,b\r\n 1 ,2,3.5\n\"-4e-1\",0,+.5\n"), "kind");
        assertThat(data.all().x()).isEqualTo(NDArray.of(new float[] {1, 3.5f, -0.4f, 0.5f}, 2, 2));
        assertThat(data.all().y()).isEqualTo(NDArray.of(new int[] {2, 0}));
        assertThat(data.classes()).isEqualTo(3);
    }

    @Test
    void filesThatAreNoTableOfCommasAreToldWhatTheyAre() {
        refuses(file("label;x\n1;2,5\n"), "columns are separated by commas");
        refuses(file("label\tx\n1\t2\n"), "columns are separated by commas");
        refuses(file("label,x\n1,2\n".getBytes(StandardCharsets.UTF_16LE)), "no text in UTF-8");
        refuses(file(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0}), "no text in UTF-8");
        refuses(folder, "s a directory");
    }

    private static void refuses(Path file, String message) {
        assertThatThrownBy(() -> Dataset.csv(file, "label"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void marksThatWerePutTogetherAreLeftOutAndUnseenCharactersShown() {
        assertThat(Dataset.csv(file("\uFEFF\uFEFFlabel,x\n1,2\n"), "label").size()).isEqualTo(1);
        assertThatThrownBy(() -> Dataset.csv(file("label,x\n1,2\u200b\n"), "label"))
                .hasMessageContaining("\"2\\u200b\" is not a number");
    }

    @Test
    void classNumbersAreWrittenInTheDigitsOfOtherNumbers() {
        assertThatThrownBy(() -> Dataset.csv(file("label,x\n\u0663,2\n"), "label"))
                .hasMessageContaining("is not a class number");
    }

    @Test
    void readsSeveralTargetsAsNumbers() {
        var data =
                Dataset.csv(file("x,price,y,size\n1,2.5,3,4\n5,6,7,8\n"), List.of("size", "price"));
        assertThat(data.all().x()).isEqualTo(NDArray.of(new float[] {1, 3, 5, 7}, 2, 2));
        assertThat(data.all().y()).isEqualTo(NDArray.of(new float[] {4, 2.5f, 8, 6}, 2, 2));
        assertThatThrownBy(data::classes).isInstanceOf(DataException.class);
    }

    @Test
    void readsManyRowsAndSkipsEmptyLinesAndTheByteOrderMark() {
        String rows =
                new Random(5)
                        .ints(5_000, 0, 9)
                        .mapToObj(i -> i + "," + i * 2)
                        .collect(Collectors.joining("\n\n"));
        var data = Dataset.csv(file("\ufefflabel,x\n" + rows), "label");
        assertThat(data.size()).isEqualTo(5_000);
        for (int i = 0; i < data.size(); i += 999) {
            assertThat(data.all().x().at(i)).isEqualTo(2 * data.all().y().at(i));
        }
    }

    @Test
    void namesTheNearestColumn() {
        assertThatThrownBy(() -> Dataset.csv(file("height,label\n1,2\n"), "lable"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageStartingWith(folder.resolve("table.csv") + ": there is no column")
                .hasMessageContaining("lable")
                .hasMessageContaining("did you mean label");
        assertThatThrownBy(() -> Dataset.csv(file("a,b\n1,2\n"), List.of("a", "a")))
                .hasMessageContaining("asked for twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x1|is not a number",
                "''|is not a number",
                "1f|is not a number",
                "0x10|is not a number",
                "NaN|is not a number",
                "Infinity|is not a number",
                "1e|is not a number",
                "--1|is not a number",
                "٣|is not a number",
                "1e39|is beyond the range of float32",
                "-1e39|is beyond the range of float32"
            })
    void namesFileLineColumnAndTextOfWhatIsNoNumber(String text, String what) {
        Path file = file("label,p0,p1\n1,2,3\n4,5," + text + "\n");
        assertThatThrownBy(() -> Dataset.csv(file, "label"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ":3: column \"p1\": \"" + text + "\" " + what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.0", "cat", "", "2147483648", "2147483647"})
    void namesWhatIsNoLabel(String text) {
        Path file = file("label,p0\n1,2\n" + text + ",3\n");
        assertThatThrownBy(() -> Dataset.csv(file, "label"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        file + ":3: column \"label\": \"" + text + "\" is not a class number: ");
    }

    @Test
    void shortensLongTexts() {
        Path file = file("label,p0\n1," + "z".repeat(5_000) + "\n");
        assertThatThrownBy(() -> Dataset.csv(file, "label"))
                .hasMessageContaining("zzz…\" is not a number\n")
                .message()
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|: is empty",
                "label,a|: has a header but no row of data",
                "label,a,a/1,2,3|: the header names the column \"a\" twice",
                "label/1|: has no column besides the target",
                "label,a/1,2/1|:3: has 1 values, the header names 2 columns",
                "label,a/1,2/1,2,3|:3: has 3 values, the header names 2 columns",
                "label,a/1,\"2|: is no CSV",
                "label,a/1,\"2\"x|: is no CSV"
            })
    void refusesWhatIsNoTable(String text, String what) {
        Path file = file(text.replace('/', '\n'));
        assertThatThrownBy(() -> Dataset.csv(file, "label"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + what);
    }

    @Test
    void refusesMissingFilesAndFolders() {
        Path missing = folder.resolve("none.csv");
        assertThatThrownBy(() -> Dataset.csv(missing, "label"))
                .isInstanceOf(FormatException.class)
                .hasMessage(missing + ": there is no such file");
        assertThatThrownBy(() -> Dataset.csv(folder, "label"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void namesTheLineOfALabelTheModelDoesNotKnow() {
        Path file = file("label,a\n1,1\n\n2,1\n5,1\n");
        var data = Dataset.csv(file, "label");
        data.require("target", new ColumnRule.Labels(6, List.of()));
        assertThatThrownBy(() -> data.require("target", new ColumnRule.Labels(5, List.of())))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        file + ":5: the target is 5; the model tells 5 classes apart, 0 to 4\n");
        data.take(2).require("target", new ColumnRule.Labels(5, List.of()));
        assertThat(data.place(1)).isEqualTo(file + ":4");
    }

    @Test
    void endsInAnErrorOfOursWhateverTheBytes() {
        long seed = 4242;
        var random = new Random(seed);
        byte[] good = "label,a,b\n1,2,3\n4,\"5\",6\n".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = good.clone();
            for (int edit = random.nextInt(4); edit >= 0; edit--) {
                bytes[random.nextInt(bytes.length)] =
                        random.nextBoolean()
                                ? (byte) random.nextInt()
                                : (byte) "\",\n\r1e-".charAt(random.nextInt(7));
            }
            Path file = file(bytes);
            try {
                assertThat(Dataset.csv(file, "label").size()).isPositive();
            } catch (PropaneException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }
}
