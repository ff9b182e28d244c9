package propane.engine.cpu.kernel;

import propane.spi.op.Window;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Room for the elements of one channel with its padding around them, in an array, whose elements
 * are reached without a segment's checks. Windows stand in rows of places along the last axis:
 * element e of the windows of a row lies at {@code starts[row * size + e] + place * step}.
 */
final class PaddedPlane {
    /** The elements, padding included. */
    final float[] elements;

    /** Where the elements of a row of windows begin. */
    final int[] starts;

    /** How far neighbouring windows of a row are apart. */
    final int step;

    private final int[] rows;
    private final int width;

    PaddedPlane(Window window) {
        int rank = window.lengths().size();
        int[] dims = new int[rank];
        int[] strides = new int[rank];
        int area = 1;
        for (int i = rank - 1; i >= 0; i--) {
            int afterLast =
                    (window.places().get(i) - 1) * window.strides().get(i)
                            + (window.kernel().get(i) - 1) * window.dilations().get(i)
                            + 1;
            dims[i] = Math.max(afterLast, window.lengths().get(i) + window.before().get(i));
            strides[i] = area;
            area *= dims[i];
        }
        this.elements = new float[area];
        this.width = window.lengths().getLast();
        this.step = window.strides().getLast();
        this.rows = new int[window.area() / width];
        for (int row = 0; row < rows.length; row++) {
            int at = window.before().getLast();
            int left = row;
            for (int i = rank - 2; i >= 0; i--) {
                at += (left % window.lengths().get(i) + window.before().get(i)) * strides[i];
                left /= window.lengths().get(i);
            }
            rows[row] = at;
        }
        this.starts = starts(window, strides);
    }

    private static int[] starts(Window window, int[] strides) {
        int columns = window.places().getLast();
        int size = window.size();
        int[] starts = new int[window.count() / columns * size];
        for (int i = 0; i < starts.length; i++) {
            int place = i / size;
            int element = i % size;
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                int kernel = window.kernel().get(axis);
                int at = element % kernel * window.dilations().get(axis);
                element /= kernel;
                if (axis < strides.length - 1) {
                    at += place % window.places().get(axis) * window.strides().get(axis);
                    place /= window.places().get(axis);
                }
                starts[i] += at * strides[axis];
            }
        }
        return starts;
    }

    /** Sets the padding, and all else, to a value. */
    void fill(float value) {
        Arrays.fill(elements, value);
    }

    /** Reads a channel into its place between the padding. */
    void read(MemorySegment from, int plane) {
        long offset = (long) plane * rows.length * width * Float.BYTES;
        for (int row = 0; row < rows.length; row++) {
            MemorySegment.copy(
                    from,
                    ValueLayout.JAVA_FLOAT,
                    offset + (long) row * width * Float.BYTES,
                    elements,
                    rows[row],
                    width);
        }
    }

    /** Writes a channel, without the padding. */
    void write(MemorySegment to, int plane) {
        long offset = (long) plane * rows.length * width * Float.BYTES;
        for (int row = 0; row < rows.length; row++) {
            MemorySegment.copy(
                    elements,
                    rows[row],
                    to,
                    ValueLayout.JAVA_FLOAT,
                    offset + (long) row * width * Float.BYTES,
                    width);
        }
    }
}
