package propane.ffm.dnnl;

import propane.ffm.NativeException;

import java.lang.foreign.MemorySegment;

/**
 * Float32 values in native memory, as oneDNN is to see them.
 *
 * @param segment the memory; it must live as long as the session
 * @param dims the lengths of the axes
 * @param strides the distances in elements along each axis
 */
public record Operand(MemorySegment segment, long[] dims, long[] strides) {
    private static final int MOST_AXES = 12;

    /**
     * Checks that every element lies in the memory.
     *
     * @throws NativeException if one does not, or the memory is no native one
     */
    public Operand {
        dims = dims.clone();
        strides = strides.clone();
        if (dims.length != strides.length || dims.length < 1 || dims.length > MOST_AXES) {
            throw new NativeException(
                    "oneDNN: " + dims.length + " axes and " + strides.length + " strides");
        }
        long last = 0;
        boolean empty = false;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] < 0 || strides[i] < 0) {
                throw new NativeException("oneDNN: a negative length or stride at axis " + i);
            }
            empty |= dims[i] == 0;
            last += (dims[i] - 1) * strides[i];
        }
        long needed = empty ? 0 : (last + 1) * Float.BYTES;
        if (!segment.isNative() || segment.byteSize() < needed) {
            throw new NativeException(
                    "oneDNN: an operand takes "
                            + needed
                            + " bytes of native memory, got "
                            + (segment.isNative() ? segment.byteSize() + "" : "heap memory"));
        }
    }

    /** Returns values that lie packed in row-major order. */
    public static Operand packed(MemorySegment segment, long... dims) {
        return new Operand(segment, dims, packedStrides(dims));
    }

    private static long[] packedStrides(long[] dims) {
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, dims[i]);
        }
        return strides;
    }
}
