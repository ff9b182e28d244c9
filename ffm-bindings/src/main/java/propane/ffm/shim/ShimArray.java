package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_array;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A named array in native memory, packed in row-major order, or in a surface, laid out as that is.
 *
 * @param name the feature's name in the model
 * @param data the memory; it must live as long as the prediction it is prepared for
 * @param type the element type
 * @param dims the lengths of the axes
 * @param surface the surface it lies in, if it lies in one; else none
 */
public record ShimArray(
        String name, MemorySegment data, Type type, long[] dims, List<ShimSurface> surface) {
    /** An element type. */
    public enum Type {
        /** Single precision. */
        FLOAT32(4),
        /** Half precision. */
        FLOAT16(2),
        /** 32-bit integers. */
        INT32(4);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        int code() {
            return switch (this) {
                case FLOAT32 -> PropaneShim.PROPANE_FLOAT32();
                case FLOAT16 -> PropaneShim.PROPANE_FLOAT16();
                case INT32 -> PropaneShim.PROPANE_INT32();
            };
        }
    }

    /** Returns an array in memory of the caller's. */
    public ShimArray(String name, MemorySegment data, Type type, long[] dims) {
        this(name, data, type, dims, List.of());
    }

    /**
     * Checks that every element lies in the memory.
     *
     * @throws NativeException if one does not, or the memory is no native one
     */
    public ShimArray {
        dims = dims.clone();
        surface = List.copyOf(surface);
        long elements = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw new NativeException("array " + name + ": a negative length");
            }
            elements *= dim;
        }
        if (!data.isNative() || data.byteSize() < elements * type.bytes) {
            throw new NativeException(
                    "array "
                            + name
                            + ": takes "
                            + elements * type.bytes
                            + " bytes of native memory, got "
                            + (data.isNative() ? data.byteSize() + "" : "heap memory"));
        }
    }

    /** Returns the handle of the surface, null in C where there is none. */
    MemorySegment handle() {
        return surface.isEmpty() ? MemorySegment.NULL : surface.get(0).handle().pointer();
    }

    /** Requires that the memory is there still. */
    void requireAlive() {
        if (!surface.isEmpty()) {
            surface.get(0).handle().requireOpen("prediction");
        } else if (!data.scope().isAlive()) {
            throw new NativeException("array " + name + ": its memory was freed");
        }
    }

    /** Lays arrays out as a list of {@code propane_array}. */
    static MemorySegment list(List<ShimArray> arrays, Arena arena) {
        MemorySegment list = propane_array.allocateArray(Math.max(1, arrays.size()), arena);
        for (int i = 0; i < arrays.size(); i++) {
            arrays.get(i).write(propane_array.asSlice(list, i), arena);
        }
        return list;
    }

    private void write(MemorySegment one, Arena arena) {
        propane_array.name(one, arena.allocateFrom(name));
        propane_array.data(one, data);
        propane_array.bytes(one, bytes());
        propane_array.dims(one, arena.allocateFrom(ValueLayout.JAVA_LONG, dims));
        propane_array.strides(one, arena.allocateFrom(ValueLayout.JAVA_LONG, strides()));
        propane_array.rank(one, dims.length);
        propane_array.dtype(one, type.code());
        propane_array.surface(one, handle());
    }

    long bytes() {
        long elements = 1;
        for (long dim : dims) {
            elements *= dim;
        }
        return elements * type.bytes;
    }

    long[] strides() {
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, dims[i]);
        }
        return strides;
    }
}
