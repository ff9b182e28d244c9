package propane.spi.op;

import propane.tensor.Shape;

import java.util.Arrays;

/** Finds, for an element of a broadcast result, the element of an operand it comes from. */
public final class Broadcast {
    private final int[] dims;
    private final int[] outer;
    private final int[] strides;

    /** Prepares for an operand and the result, whose shape it broadcasts to. */
    public Broadcast(Shape from, Shape to) {
        int rank = to.rank();
        this.dims = to.toArray();
        this.outer = to.strides();
        this.strides = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            strides[axis] = step(from, axis - rank);
        }
    }

    /**
     * Returns by how many of its elements an operand moves on where the result moves by one along
     * an axis: 0 where it has one element there, or none such axis.
     *
     * @param axis the axis, counted from the end: −1 is the last
     */
    public static int step(Shape from, int axis) {
        int own = from.rank() + axis;
        return own < 0 || from.dim(own) == 1 ? 0 : from.strides()[own];
    }

    /** Returns the operand's element that an element of the result comes from. */
    public int index(int element) {
        int index = 0;
        for (int axis = 0; axis < dims.length; axis++) {
            if (strides[axis] != 0) {
                index += element / outer[axis] % dims[axis] * strides[axis];
            }
        }
        return index;
    }

    /** Returns the result's lengths and the operand's steps along them. */
    @Override
    public String toString() {
        return Arrays.toString(dims) + " by steps of " + Arrays.toString(strides);
    }
}
