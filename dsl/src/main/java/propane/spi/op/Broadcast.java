package propane.spi.op;

import propane.tensor.Shape;

/** Finds, for an element of a broadcast result, the element of an operand it comes from. */
final class Broadcast {
    private final int[] dims;
    private final int[] outer;
    private final int[] strides;

    Broadcast(Shape from, Shape to) {
        int rank = to.rank();
        this.dims = to.toArray();
        this.outer = to.strides();
        this.strides = new int[rank];
        int[] own = from.strides();
        int missing = rank - from.rank();
        for (int axis = missing; axis < rank; axis++) {
            strides[axis] = from.dim(axis - missing) == 1 ? 0 : own[axis - missing];
        }
    }

    int index(int element) {
        int index = 0;
        for (int axis = 0; axis < dims.length; axis++) {
            if (strides[axis] != 0) {
                index += element / outer[axis] % dims[axis] * strides[axis];
            }
        }
        return index;
    }
}
