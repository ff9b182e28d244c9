package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.DataException;
import propane.tensor.FormatException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

class IdxTest {
    private static final int[] LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9};

    @TempDir private Path folder;

    /** Two by three pixels of three images. */
    private static int[] images() {
        int[] file = new int[16 + 18];
        int[] head = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3};
        System.arraycopy(head, 0, file, 0, head.length);
        for (int i = 0; i < 18; i++) {
            file[head.length + i] = 10 * i + 85;
        }
        return file;
    }

    private Path file(String name, int... numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int number : numbers) {
            bytes.write(number);
        }
        Path file = folder.resolve(name);
        if (name.endsWith(".gz")) {
            try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write(bytes.toByteArray());
            }
        } else {
            Files.write(file, bytes.toByteArray());
        }
        return file;
    }

    @Test
    void imagesAndLabelsAreReadPackedOrNot() throws IOException {
        for (String ending : new String[] {"", ".gz"}) {
            var data = Dataset.idx(file("x" + ending, images()), file("y" + ending, LABELS));
            assertThat(data.toString())
                    .isEqualTo("3 examples: {input=fp32[2, 3]} → {target=int32[]}");
            assertThat(data.classes()).isEqualTo(10);
            Batch batch = data.reshape(1, 2, 3).scale(0.2).all();
            assertThat(batch.x().shape().dims()).containsExactly(3, 1, 2, 3);
            assertThat(batch.x().at(0)).isEqualTo(17);
            // An unsigned byte is no negative number.
            assertThat(batch.x().at(17)).isEqualTo(51);
            assertThat(batch.y().doubles()).containsExactly(7, 0, 9);
        }
    }

    @Test
    void damagedFilesAreErrorsThatNameThem() throws IOException {
        Path x = file("x", images());
        Path y = file("y", LABELS);
        assertThatThrownBy(() -> Dataset.idx(x, file("short", 0, 0, 8, 1, 0, 0, 0, 3, 7)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("short: is cut short: 1 of 3 elements of [3]");
        assertThatThrownBy(() -> Dataset.idx(x, file("head", 0, 0, 8)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("head: is cut short");
        assertThatThrownBy(() -> Dataset.idx(x, file("long", 0, 0, 8, 1, 0, 0, 0, 1, 7, 7)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("goes on after the 1 elements");
        assertThatThrownBy(() -> Dataset.idx(x, file("text", 'a', 'b', 'c', 'd')))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is no IDX file");
        assertThatThrownBy(() -> Dataset.idx(x, file("ints", 0, 0, 12, 1, 0, 0, 0, 1, 7)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("only unsigned bytes");
        assertThatThrownBy(() -> Dataset.idx(x, file("huge", 0, 0, 8, 2, 127, 0, 0, 0, 9, 0, 0, 0)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("the length of axis 1 is");
        assertThatThrownBy(() -> Dataset.idx(x, folder.resolve("none")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> Dataset.idx(y, x)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> Dataset.idx(x, file("two", 0, 0, 8, 1, 0, 0, 0, 2, 7, 8)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has 2 labels for the 3 examples of");
    }

    /** Two megabytes of zeros' zeros unpack to two gigabytes; no images do. */
    @Test
    void anArchiveThatSwellsIsRefusedBeforeItIsUnpacked() throws IOException {
        Path y = file("y", LABELS);
        Path bomb = folder.resolve("bomb.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            out.write(new byte[] {0, 0, 8, 3, 127, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1});
            for (int i = 0; i < 64; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        long before = allocated();
        assertThatThrownBy(() -> Dataset.idx(bomb, y))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(bomb.toString())
                .hasMessageContaining("bytes cannot be the 2130706432 elements");
        assertThat(allocated() - before).isLessThan(10_000_000);
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeIsRefusedAndNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> Dataset.idx(pipe, pipe))
                .isInstanceOf(FormatException.class)
                .hasMessage(pipe + ": is a pipe or a device, no file");
    }

    /** A length that the file does not hold takes no memory for it. */
    @Test
    void aFileThatLiesAboutItsLengthTakesNoMemory() throws IOException {
        Path y = file("y", LABELS);
        long before = allocated();
        assertThatThrownBy(() -> Dataset.idx(file("liar", 0, 0, 8, 1, 127, 0, 0, 0, 1), y))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is cut short");
        assertThat(allocated() - before).isLessThan(10_000_000);
    }
}
