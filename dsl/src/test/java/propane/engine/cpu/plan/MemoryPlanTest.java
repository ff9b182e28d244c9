package propane.engine.cpu.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.ffm.NativeMemory;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class MemoryPlanTest {
    private static List<BufferSlot> slots(Random random) {
        var slots = new ArrayList<BufferSlot>();
        int count = 1 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            int from = random.nextInt(50);
            var slot = new BufferSlot(random.nextInt(5) == 0 ? 0 : random.nextInt(5000), from);
            slot.neededAt(from + random.nextInt(12));
            slots.add(slot);
        }
        return slots;
    }

    @Test
    void slotsNeededAtOneMomentDoNotOverlap() {
        for (long seed = 0; seed < 300; seed++) {
            List<BufferSlot> slots = slots(new Random(seed));
            long total = MemoryPlan.place(slots);
            for (BufferSlot a : slots) {
                assertThat(a.offset() % MemoryPlan.ALIGNMENT).as("seed %d", seed).isZero();
                assertThat(a.offset() + a.bytes()).as("seed %d", seed).isLessThanOrEqualTo(total);
                for (BufferSlot b : slots) {
                    boolean apart =
                            a.offset() + a.bytes() <= b.offset()
                                    || b.offset() + b.bytes() <= a.offset();
                    assertThat(a == b || !a.meets(b) || apart).as("seed %d", seed).isTrue();
                }
            }
        }
    }

    @Test
    void slotsOfLongRunsDoNotOverlapEither() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var slots = new ArrayList<BufferSlot>();
            for (int i = 0; i < 400; i++) {
                int from = random.nextInt(3_000);
                var slot = new BufferSlot(random.nextInt(5_000), from);
                slot.neededAt(from + random.nextInt(1 << random.nextInt(1, 12)));
                slots.add(slot);
            }
            MemoryPlan.place(slots);
            long overlaps = 0;
            for (BufferSlot a : slots) {
                for (BufferSlot b : slots) {
                    boolean shared =
                            a.offset() < b.offset() + b.bytes()
                                    && b.offset() < a.offset() + a.bytes();
                    overlaps += a != b && a.meets(b) && shared ? 1 : 0;
                }
            }
            assertThat(overlaps).as("seed %d", seed).isZero();
        }
    }

    @Test
    void largeSlotsStartWhereLargeMemoryDoes() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            List<BufferSlot> slots = slots(random);
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(50);
                var slot = new BufferSlot(10_000 + random.nextInt(90_000), from);
                slot.neededAt(from + random.nextInt(12));
                slots.add(slot);
            }
            MemoryPlan.place(slots);
            for (BufferSlot slot : slots) {
                assertThat(slot.offset() % NativeMemory.alignment(slot.bytes()))
                        .as("seed %d, %d bytes", seed, slot.bytes())
                        .isZero();
            }
        }
    }

    @Test
    void memoryIsUsedAgain() {
        // A chain: each value is needed until the next is made.
        var slots = new ArrayList<BufferSlot>();
        for (int i = 0; i < 100; i++) {
            var slot = new BufferSlot(1024, i);
            slot.neededAt(i + 1);
            slots.add(slot);
        }
        assertThat(MemoryPlan.place(slots)).isEqualTo(2048);
    }
}
