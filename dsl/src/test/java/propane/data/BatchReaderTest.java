package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.tensor.ShapeException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;

class BatchReaderTest {

    @Test
    void fillsAnyBatchOfAnyEpochAlikeInAnyOrder() {
        var data = DatasetTest.rows(23).shuffle(8).withNoise("noise", 3);
        var forward = data.reader(5);
        var backward = data.reader(5);
        try (var arena = Arena.ofConfined()) {
            MemorySegment[] to = segments(arena, 5);
            for (int epoch = 3; epoch >= 0; epoch--) {
                for (int batch = 4; batch >= 0; batch--) {
                    assertThat(backward.fill(epoch, batch, to)).isEqualTo(batch == 4 ? 3 : 5);
                    var expected = forward.read(epoch, batch);
                    assertThat(floats(to[0], forward.size(batch) * 2))
                            .isEqualTo(expected.at("input").floats());
                    assertThat(floats(to[1], forward.size(batch) * 3))
                            .isEqualTo(expected.at("noise").floats());
                    assertThat(ints(to[2], forward.size(batch)))
                            .isEqualTo(expected.at("target").ints());
                }
            }
        }
        assertThat(forward.names()).containsExactly("input", "noise", "target");
        assertThat(forward.count()).isEqualTo(5);
    }

    @Test
    void leavesWhatLiesBehindAShorterBatch() {
        var reader = DatasetTest.rows(3).reader(2);
        try (var arena = Arena.ofConfined()) {
            var x = arena.allocate(16, 64);
            var y = arena.allocate(8, 64);
            reader.fill(0, 0, x, y);
            assertThat(reader.fill(0, 1, x, y)).isEqualTo(1);
            assertThat(floats(x, 4)).containsExactly(2, -2, 1, -1);
            assertThat(ints(y, 2)).containsExactly(2, 1);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        var reader = DatasetTest.rows(10).reader(4);
        try (var arena = Arena.ofConfined()) {
            var x = arena.allocate(4 * 8, 64);
            var y = arena.allocate(4 * 4, 64);
            assertThatThrownBy(() -> reader.fill(0, 3, x, y))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("data: there is no batch 3; an epoch has 3");
            assertThatThrownBy(() -> reader.fill(0, -1, x, y)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> reader.fill(-1, 0, x, y)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> reader.fillFrom(0, 0, 5, x, y))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(
                            "data: asked for 5 examples of a reader of batches of 4");
            assertThatThrownBy(() -> reader.fill(0, 0, x))
                    .hasMessageStartingWith("data: 1 segments for the columns [input, target]");
            assertThatThrownBy(() -> reader.fill(0, 0, y, y))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(
                            "data: input takes 32 bytes for 4 examples of fp32[2], the segment has"
                                    + " 16");
        }
    }

    @Test
    void allocatesNothing() {
        var reader = DatasetTest.rows(1_000).shuffle(1).withNoise("noise", 3).reader(10);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var arena = Arena.ofConfined()) {
            MemorySegment[] to = segments(arena, 10);
            long allocated = Long.MAX_VALUE;
            // The compiler may allocate on this thread's account while it still warms up.
            for (int round = 0; round < 20 && allocated > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int step = 0; step < 1_000; step++) {
                    reader.fill(step / 100, step % 100, to);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            // Asking for the count takes some bytes itself; 1,000 steps of one object take 16,000.
            assertThat(allocated).isLessThan(2_000);
        }
    }

    private static MemorySegment[] segments(Arena arena, int batch) {
        return new MemorySegment[] {
            arena.allocate(batch * 8L, 64),
            arena.allocate(batch * 12L, 64),
            arena.allocate(batch * 4L, 64)
        };
    }

    private static float[] floats(MemorySegment from, int count) {
        return from.asSlice(0, count * 4L).toArray(ValueLayout.JAVA_FLOAT);
    }

    private static int[] ints(MemorySegment from, int count) {
        return from.asSlice(0, count * 4L).toArray(ValueLayout.JAVA_INT);
    }
}
