package propane.tensor;

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

    /** Fills a result with the elements of its operand. */
    void copy(double[] from, double[] to) {
        int[] outer = new Shape(lengths).strides();
        for (int i = 0; i < to.length; i++) {
            int at = start;
            for (int axis = 0; axis < outer.length; axis++) {
                at += i / outer[axis] % lengths.get(axis) * strides.get(axis);
            }
            to[i] = from[at];
        }
    }
}
