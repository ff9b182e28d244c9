package propane.engine.coreml;

import propane.tensor.DType;
import propane.tensor.TensorType;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An array that native code hands over, by its {@code propane_array}.
 *
 * @param data its memory, from the first element to the last one's end
 * @param strides how far elements of an axis are apart, in elements
 */
record StridedArray(MemorySegment data, long[] strides) {
    private static final long BYTES =
            MemoryLayout.structLayout(
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS)
                    .byteSize();

    /** Returns the array of a name in a list. */
    static StridedArray find(MemorySegment list, int count, String name) {
        MemorySegment all = list.reinterpret(count * BYTES);
        for (int i = 0; i < count; i++) {
            MemorySegment one = all.asSlice(i * BYTES, BYTES);
            if (text(one.get(ValueLayout.ADDRESS, 0)).equals(name)) {
                int rank = one.get(ValueLayout.JAVA_INT, 40);
                MemorySegment data = one.get(ValueLayout.ADDRESS, 8);
                MemorySegment strides = one.get(ValueLayout.ADDRESS, 32);
                return new StridedArray(
                        data.reinterpret(one.get(ValueLayout.JAVA_LONG, 16)),
                        strides.reinterpret((long) rank * Long.BYTES)
                                .toArray(ValueLayout.JAVA_LONG));
            }
        }
        throw new IllegalArgumentException("no array " + name);
    }

    static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** Copies the elements into packed memory of a type. */
    void unpack(MemorySegment packed, TensorType type) {
        move(packed, type, true);
    }

    /** Copies packed memory of a type into the elements. */
    void pack(MemorySegment packed, TensorType type) {
        move(packed, type, false);
    }

    private void move(MemorySegment packed, TensorType type, boolean in) {
        long bytes = type.dtype() == DType.FLOAT16 ? Short.BYTES : Float.BYTES;
        int rank = type.shape().rank();
        boolean hasRows = rank > 0 && strides[rank - 1] == 1;
        int run = hasRows ? type.shape().dim(-1) : 1;
        for (int i = 0; i < type.shape().size(); i += run) {
            long at = 0;
            int rest = i;
            for (int axis = rank - 1; axis >= 0; axis--) {
                int dim = type.shape().dim(axis);
                at += (rest % dim) * strides[axis];
                rest /= dim;
            }
            if (in) {
                MemorySegment.copy(data, at * bytes, packed, i * bytes, run * bytes);
            } else {
                MemorySegment.copy(packed, i * bytes, data, at * bytes, run * bytes);
            }
        }
    }
}
