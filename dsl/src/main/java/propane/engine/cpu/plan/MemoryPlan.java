package propane.engine.cpu.plan;

import propane.ffm.NativeMemory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives slots their offsets so that those needed at one moment do not overlap: the largest first,
 * each at the smallest gap it fits into (greedy by size; Pisarchyk and Lee, Efficient memory
 * management for deep neural net inference, 2020).
 */
public final class MemoryPlan {
    /** Every slot starts at a multiple of this; large ones as {@link NativeMemory} says. */
    public static final long ALIGNMENT = NativeMemory.ALIGNMENT;

    /** So many moments lie in a window; windows overlap by half. */
    private static final int WINDOW = 512;

    private static final int HALF = WINDOW / 2;

    private final List<BufferSlot> all = new ArrayList<>();
    private final List<List<BufferSlot>> windows = new ArrayList<>();

    private MemoryPlan() {}

    /** Places the slots and returns how many bytes they take together. */
    static long place(List<BufferSlot> slots) {
        var ordered = new ArrayList<>(slots);
        ordered.sort(Comparator.comparingLong(BufferSlot::bytes).reversed());
        var plan = new MemoryPlan();
        long total = 0;
        for (BufferSlot slot : ordered) {
            slot.place(gap(slot, plan.near(slot)));
            total = Math.max(total, end(slot));
            plan.add(slot);
        }
        return total;
    }

    /** Returns placed slots, sorted by offset, with all that are needed when a slot is. */
    private List<BufferSlot> near(BufferSlot slot) {
        int window = slot.from() / HALF;
        // Most are needed for a short time: to look at all for each would be work in squares.
        boolean fits = slot.to() < window * HALF + WINDOW;
        return fits ? window(window) : all;
    }

    private List<BufferSlot> window(int index) {
        while (windows.size() <= index) {
            windows.add(new ArrayList<>());
        }
        return windows.get(index);
    }

    private void add(BufferSlot slot) {
        insert(all, slot);
        for (int window = Math.max(0, slot.from() / HALF - 1);
                window * HALF <= slot.to();
                window++) {
            insert(window(window), slot);
        }
    }

    private static void insert(List<BufferSlot> sorted, BufferSlot slot) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).offset() <= slot.offset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        sorted.add(low, slot);
    }

    /** Returns the start of the smallest gap between placed slots, which are sorted by offset. */
    private static long gap(BufferSlot slot, List<BufferSlot> placed) {
        long wanted = aligned(slot.bytes());
        long best = -1;
        long bestLength = Long.MAX_VALUE;
        long end = 0;
        for (BufferSlot other : placed) {
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

    private static long end(BufferSlot slot) {
        return slot.offset() + aligned(slot.bytes());
    }

    /**
     * A slot takes whole units of its own alignment; after larger ones the next is aligned, too.
     */
    private static long aligned(long bytes) {
        long alignment = NativeMemory.alignment(bytes);
        // A slot of no bytes still has an address of its own.
        return (Math.max(1, bytes) + alignment - 1) / alignment * alignment;
    }
}
