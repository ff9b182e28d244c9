package propane.spi.op;

import java.util.List;

/**
 * Where the elements of a result lie in an operand: the element [i, j, …] of axes of these lengths
 * at start + i · strides[0] + j · strides[1] + …, counted in row-major order. Axes may be split
 * finer than those of the result.
 *
 * @param start the place of the first element
 * @param lengths the axes of the result, or finer ones
 * @param strides the distance in the operand of neighbours on each axis; may be 0 or negative
 */
public record StridedView(int start, List<Integer> lengths, List<Integer> strides) {
    /** Copies the lists. */
    public StridedView {
        lengths = List.copyOf(lengths);
        strides = List.copyOf(strides);
    }

    /** Returns where in the operand an element of the result lies. */
    public int place(int element) {
        int at = start;
        int left = element;
        for (int axis = lengths.size() - 1; axis >= 0; axis--) {
            at += left % lengths.get(axis) * strides.get(axis);
            left /= lengths.get(axis);
        }
        return at;
    }

    /** Fills a result with the elements of its operand. */
    void copy(double[] from, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from[place(i)];
        }
    }
}
