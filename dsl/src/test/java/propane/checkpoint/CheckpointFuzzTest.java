package propane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import static java.util.stream.Collectors.joining;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.FormatException;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Damaged files end in a FormatException, and nothing else, and take no more than their size. */
class CheckpointFuzzTest {
    @TempDir Path folder;

    private Path file;
    private byte[] whole;

    @BeforeEach
    void write() {
        file = folder.resolve("run.ckpt");
        CheckpointTest.sample().write(file);
        whole = Bytes.read(file);
    }

    @Test
    void refusesEveryFileCutShort() {
        for (int length = 0; length < whole.length; length++) {
            Bytes.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Checkpoint.read(file))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    @Test
    void refusesEveryFlippedByte() {
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x55;
            Bytes.write(file, damaged);
            assertThatThrownBy(() -> Checkpoint.read(file))
                    .as("byte %d", at)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    @Test
    void survivesRandomDamage() {
        long seed = 31_337;
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = damage(whole.clone(), random);
            Bytes.write(file, damaged);
            try {
                Checkpoint.read(file);
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
            } catch (RuntimeException e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }

    @Test
    void takesNoMemoryForWhatAHeaderOnlyClaims() {
        String entry = "{\"x\":{\"dtype\":\"F32\",\"shape\":[2000000000],\"data_offsets\":[0,%d]}}";
        Bytes.write(file, Bytes.file(entry.formatted(8_000_000_000L), 64));
        Bytes.write(folder.resolve("deep"), Bytes.file("{\"x\":" + "[".repeat(200_000), 64));
        Bytes.write(folder.resolve("values"), Bytes.file("{\"x\":[" + "0,".repeat(900_000), 64));
        String zeros = "{\"x\":{\"dtype\":\"F32\",\"shape\":[" + "0,".repeat(4_000_000);
        Bytes.write(folder.resolve("zeros"), Bytes.file(zeros + "0],\"data_offsets\":[0,0]}}", 0));
        // One long name above many short ones would be copied for each.
        String members =
                IntStream.range(0, 10_000).mapToObj(i -> "\"" + i + "\":1").collect(joining(","));
        String nested = "{\"" + "n".repeat(1 << 20) + "\":{" + members + "}}";
        Bytes.write(folder.resolve("names"), Bytes.file(nested, 0));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (String name : new String[] {"run.ckpt", "deep", "values", "zeros", "names"}) {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> Checkpoint.read(folder.resolve(name)))
                    .isInstanceOf(FormatException.class)
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5_000));
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).as(name).isLessThan(200_000_000);
        }
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] result = bytes;
        for (int edit = random.nextInt(4); edit >= 0; edit--) {
            int at = random.nextInt(Math.max(1, result.length));
            switch (random.nextInt(5)) {
                case 0 -> result[at] = (byte) random.nextInt();
                case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
                // A digit in place of whatever stood there keeps more headers parseable.
                case 2 -> result[at] = (byte) ('0' + random.nextInt(10));
                case 3 -> result = Arrays.copyOf(result, at + 1);
                default -> {
                    byte[] longer = Arrays.copyOf(result, result.length + 1);
                    System.arraycopy(result, at, longer, at + 1, result.length - at);
                    result = longer;
                }
            }
        }
        return result;
    }
}
