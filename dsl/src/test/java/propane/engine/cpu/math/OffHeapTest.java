package propane.engine.cpu.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.engine.cpu.loop.Function;
import propane.engine.cpu.loop.RowLoop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Kernels take memory outside of the heap and no other: what they are compiled for is known. */
final class OffHeapTest {
    private static final int COUNT = 2 * Lanes.COUNT + 1;
    private static final String REFUSED = "kernels compute outside of the heap, got ";

    private final MemorySegment heap = MemorySegment.ofArray(new float[COUNT]);
    private final MemorySegment memory = Arena.ofAuto().allocate((long) COUNT * Float.BYTES, 64);

    @Test
    void allMemoryOutsideOfTheHeapIsOfOneClass() {
        try (Arena shared = Arena.ofShared();
                Arena confined = Arena.ofConfined()) {
            for (Arena arena : new Arena[] {shared, confined, Arena.ofAuto(), Arena.global()}) {
                MemorySegment piece = arena.allocate(64);
                assertThat(OffHeap.known(piece)).isSameAs(piece);
                assertThat(OffHeap.known(piece.asSlice(16, 8)).byteSize()).isEqualTo(8);
                MemorySegment surface = MemorySegment.ofAddress(piece.address()).reinterpret(64);
                assertThat(OffHeap.known(surface).address()).isEqualTo(piece.address());
            }
        }
    }

    @Test
    void arraysAreRefused() {
        assertThatThrownBy(() -> Lanes.load(heap, 0))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(REFUSED);
        assertThatThrownBy(() -> Lanes.store(Lanes.all(0), heap, 0))
                .hasMessageStartingWith(REFUSED);
    }

    @Test
    void writtenLoopsRefuseArraysWhereverTheyAre() {
        RowLoop loop = RowLoop.of(Function.EXP);
        loop.run(memory, 0, memory, 0, COUNT);
        for (int count : new int[] {1, COUNT}) {
            assertThatThrownBy(() -> loop.run(heap, 0, memory, 0, count))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(REFUSED);
            assertThatThrownBy(() -> loop.run(memory, 0, heap, 0, count))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(REFUSED);
        }
    }
}
