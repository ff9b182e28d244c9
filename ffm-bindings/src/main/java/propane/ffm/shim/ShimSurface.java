package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Memory of float16 that the Neural Engine can share with the CPU; initially zeros. */
public final class ShimSurface implements AutoCloseable {
    private final ShimHandle handle;
    private final long[] dims;
    // Whoever touches the memory of a closed surface meets an exception.
    private final Arena life = Arena.ofShared();

    private ShimSurface(MemorySegment pointer, long[] dims) {
        this.handle = new ShimHandle("the surface", pointer, this::release);
        this.dims = dims;
    }

    private void release(MemorySegment pointer) {
        life.close();
        PropaneShim.propane_surface_release(pointer);
    }

    ShimHandle handle() {
        return handle;
    }

    /**
     * Makes a surface.
     *
     * @param dims the lengths of the axes
     * @throws NativeException if the shim is not available, or the system makes none of such a size
     */
    public static ShimSurface create(long... dims) {
        Shim.require();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lengths = arena.allocateFrom(ValueLayout.JAVA_LONG, dims);
            return new ShimSurface(
                    ShimCall.pointer((out, error) ->
                            PropaneShim.propane_surface_create(lengths, dims.length, out, error)),
                    dims.clone());
        }
    }

    /**
     * Where the elements lie.
     *
     * @param data the memory to the end of the last row, until the surface is closed; it must not
     *     be touched while a prediction uses the surface
     * @param strides how far elements of an axis are apart, in elements
     * @param isShared whether it is an IOSurface; else plain memory laid out alike
     */
    public record Memory(MemorySegment data, long[] strides, boolean isShared) {}

    /**
     * Returns where the elements lie.
     *
     * @throws NativeException if the surface is closed
     */
    public Memory memory() {
        return handle.during("memory", this::laid);
    }

    private Memory laid(MemorySegment surface) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.ADDRESS);
            MemorySegment bytes = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment strides = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, dims.length));
            MemorySegment shared = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment error = propane_error.allocate(arena);
            ShimCall.check(
                    PropaneShim.propane_surface_memory(
                            surface, data, bytes, strides, shared, error),
                    error);
            return new Memory(
                    Shim.pointer(data)
                            .reinterpret(bytes.get(ValueLayout.JAVA_LONG, 0), life, _ -> {}),
                    strides.asSlice(0, (long) dims.length * Long.BYTES)
                            .toArray(ValueLayout.JAVA_LONG),
                    shared.get(ValueLayout.JAVA_INT, 0) != 0);
        }
    }

    /** Returns this as an array of a prediction. */
    public ShimArray array(String name) {
        return new ShimArray(name, memory().data(), ShimArray.Type.FLOAT16, dims, List.of(this));
    }

    /** Frees the surface after the predictions that run; a second call does nothing. */
    @Override
    public void close() {
        handle.run();
    }
}
