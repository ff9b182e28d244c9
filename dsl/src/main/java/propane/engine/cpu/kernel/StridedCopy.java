package propane.engine.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;

/**
 * Copies the elements of a box from one layout to another; loops that go on alike in both are one.
 * Slices, transposes, padding and joining are such copies.
 */
final class StridedCopy {
    /** Runs of fewer bytes are copied element by element. */
    private static final int LEAST_RUN = 64;

    private final int[] dims;
    private final int[] fromStrides;
    private final int[] toStrides;
    private final int[] counters;
    private final int run;
    private final int fromStep;
    private final int toStep;
    private final int size;

    /**
     * Prepares a copy.
     *
     * @param lengths the box's axis lengths
     * @param fromSteps the distance of neighbours along each axis where it is read, in elements
     * @param toSteps the same where it is written
     * @param bytes the size of an element: 1, 2 or 4
     */
    StridedCopy(int[] lengths, int[] fromSteps, int[] toSteps, int bytes) {
        var kept = new ArrayList<int[]>();
        for (int axis = 0; axis < lengths.length; axis++) {
            int[] loop = {lengths[axis], fromSteps[axis], toSteps[axis]};
            int[] last = kept.isEmpty() ? new int[3] : kept.getLast();
            if (loop[0] == 1) {
                continue;
            }
            if (!kept.isEmpty() && last[1] == loop[1] * loop[0] && last[2] == loop[2] * loop[0]) {
                kept.set(kept.size() - 1, new int[] {last[0] * loop[0], loop[1], loop[2]});
            } else {
                kept.add(loop);
            }
        }
        int[] innermost = kept.isEmpty() ? new int[] {1, 1, 1} : kept.removeLast();
        this.run = innermost[0];
        this.fromStep = innermost[1];
        this.toStep = innermost[2];
        this.size = bytes;
        this.dims = kept.stream().mapToInt(loop -> loop[0]).toArray();
        this.fromStrides = kept.stream().mapToInt(loop -> loop[1]).toArray();
        this.toStrides = kept.stream().mapToInt(loop -> loop[2]).toArray();
        this.counters = new int[dims.length];
    }

    /**
     * Copies.
     *
     * @param from where from
     * @param fromBase the first element read
     * @param to where to
     * @param toBase the first element written
     */
    void copy(MemorySegment from, int fromBase, MemorySegment to, int toBase) {
        for (int dim : dims) {
            if (dim == 0) {
                return;
            }
        }
        int a = fromBase;
        int b = toBase;
        while (true) {
            run(from, a, to, b);
            int axis = dims.length - 1;
            // Every counter is back at 0 when the last one runs over.
            while (axis >= 0 && ++counters[axis] == dims[axis]) {
                counters[axis] = 0;
                a -= fromStrides[axis] * (dims[axis] - 1);
                b -= toStrides[axis] * (dims[axis] - 1);
                axis--;
            }
            if (axis < 0) {
                return;
            }
            a += fromStrides[axis];
            b += toStrides[axis];
        }
    }

    private void run(MemorySegment from, int a, MemorySegment to, int b) {
        if (fromStep == 1 && toStep == 1 && run * size >= LEAST_RUN) {
            MemorySegment.copy(from, (long) a * size, to, (long) b * size, (long) run * size);
            return;
        }
        switch (size) {
            case 4 -> {
                for (int i = 0; i < run; i++) {
                    int element = from.getAtIndex(ValueLayout.JAVA_INT, a + i * fromStep);
                    to.setAtIndex(ValueLayout.JAVA_INT, b + i * toStep, element);
                }
            }
            case 2 -> {
                for (int i = 0; i < run; i++) {
                    short element = from.getAtIndex(ValueLayout.JAVA_SHORT, a + i * fromStep);
                    to.setAtIndex(ValueLayout.JAVA_SHORT, b + i * toStep, element);
                }
            }
            default -> {
                for (int i = 0; i < run; i++) {
                    byte element = from.get(ValueLayout.JAVA_BYTE, a + i * fromStep);
                    to.set(ValueLayout.JAVA_BYTE, b + i * toStep, element);
                }
            }
        }
    }
}
