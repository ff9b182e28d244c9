package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Ops that find elements by indices, int32 and counted from 0. An index outside its axis is no
 * error: what is gathered there is 0, what would be scattered there is dropped.
 */
public sealed interface ScatterGather extends Op permits Gathering, Scattering {
    /** Returns the indices. */
    Tensor indices();

    /**
     * Returns the element of the whole (what is gathered from, or scattered to) that belongs to an
     * element of the parts, or −1 if an index lies outside.
     *
     * @param part an element of the parts (what was gathered, or the updates)
     * @param indices the values of the indices
     */
    int place(int part, double[] indices);

    /** Returns the number of elements on the axes from one up to but not including another. */
    static int size(Shape shape, int from, int to) {
        int size = 1;
        for (int axis = from; axis < to; axis++) {
            size *= shape.dim(axis);
        }
        return size;
    }

    /**
     * Returns the place of a part along one axis.
     *
     * @param whole the shape of the whole
     * @param axis the axis, not negative
     * @param count how many parts there are along it
     * @param part the element of the parts
     * @param index finds the index from the block before the axis and the part's number along it
     */
    static int along(Shape whole, int axis, int count, int part, IndexOf index) {
        int inner = size(whole, axis + 1, whole.rank());
        int block = part / inner / count;
        int found = index.of(block, part / inner % count, part % inner);
        return found < 0 || found >= whole.dim(axis)
                ? -1
                : (block * whole.dim(axis) + found) * inner + part % inner;
    }

    /** Finds an index. */
    @FunctionalInterface
    interface IndexOf {
        /** Returns the index for a block before the axis, a number along it and one after it. */
        int of(int block, int along, int inner);
    }
}
