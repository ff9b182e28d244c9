package propane.interchange;

import propane.safetensors.StoredType;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Arrays whose elements lie in memory by strides of their own. */
final class Strided {
    private Strided() {}

    /** Reads an array; the strides count elements. */
    static NDArray read(
            StoredType type,
            ByteBuffer bytes,
            long offset,
            Shape shape,
            List<Long> strides,
            String where)
            throws IOException {
        int rank = shape.rank();
        long[] step = strides.stream().mapToLong(Long::longValue).toArray();
        for (int axis = 0; axis < rank; axis++) {
            // Nobody steps along an axis of one element; its stride may be anything.
            step[axis] = shape.dim(axis) > 1 ? step[axis] : 0;
        }
        int[] at = new int[rank];
        long[] next = {offset};
        return type.read(
                shape,
                _ -> {
                    bytes.position((int) (next[0] * type.bytes()));
                    for (int axis = rank - 1; axis >= 0; axis--) {
                        next[0] += step[axis];
                        if (++at[axis] < shape.dim(axis)) {
                            break;
                        }
                        next[0] -= step[axis] * at[axis];
                        at[axis] = 0;
                    }
                    return bytes;
                },
                where);
    }
}
