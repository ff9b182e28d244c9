package propane.engine.cpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives slots their offsets so that those needed at one moment do not overlap: the largest first,
 * each at the smallest gap it fits into (greedy by size; Pisarchyk and Lee, Efficient memory
 * management for deep neural net inference, 2020).
 */
final class MemoryPlan {
    /** Every slot starts at a multiple of this: a cache line, and a vector of 512 bits. */
    static final long ALIGNMENT = 64;

    private MemoryPlan() {}

    /** Places the slots and returns how many bytes they take together. */
    static long place(List<Slot> slots) {
        var ordered = new ArrayList<>(slots);
        ordered.sort(Comparator.comparingLong(Slot::bytes).reversed());
        var placed = new ArrayList<Slot>();
        long total = 0;
        for (Slot slot : ordered) {
            slot.place(gap(slot, placed));
            total = Math.max(total, end(slot));
            int index = 0;
            while (index < placed.size() && placed.get(index).offset() <= slot.offset()) {
                index++;
            }
            placed.add(index, slot);
        }
        return total;
    }

    /** Returns the start of the smallest gap between placed slots, which are sorted by offset. */
    private static long gap(Slot slot, List<Slot> placed) {
        long wanted = aligned(slot.bytes());
        long best = -1;
        long bestLength = Long.MAX_VALUE;
        long end = 0;
        for (Slot other : placed) {
            if (!slot.meets(other)) {
                continue;
            }
            long length = other.offset() - end;
            if (length >= wanted && length < bestLength) {
                best = end;
                bestLength = length;
            }
            end = Math.max(end, end(other));
        }
        return best >= 0 ? best : end;
    }

    private static long end(Slot slot) {
        return slot.offset() + aligned(slot.bytes());
    }

    private static long aligned(long bytes) {
        // A slot of no bytes still has an address of its own.
        return (Math.max(1, bytes) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
