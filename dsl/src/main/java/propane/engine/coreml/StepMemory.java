package propane.engine.coreml;

import propane.ffm.shim.ShimArray;
import propane.spi.Bindings;
import propane.spi.op.Port;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The memory through which a step crosses to Core ML and back: in surfaces where it can be, else
 * plain. Whoever tries a model before its first step tries it over this memory.
 */
final class StepMemory implements AutoCloseable {
    private final List<Port> crossing;
    private final Surfaces surfaces;
    private final Bindings bindings;

    private StepMemory(Bindings step, List<Port> beside, List<Port> crossing, Surfaces surfaces) {
        this.crossing = List.copyOf(crossing);
        this.surfaces = surfaces;
        this.bindings = step.sharing(beside, surfaces.memory());
    }

    /**
     * Makes memory filled with zeros.
     *
     * @param step the storage of the step's own ports, which outlives this
     * @param beside all ports that are to lie in the bindings, the step's own and those that cross
     * @param crossing the ports that Core ML reads and writes
     * @param shared whether they may lie in surfaces
     */
    static StepMemory of(Bindings step, List<Port> beside, List<Port> crossing, boolean shared) {
        Surfaces surfaces = shared ? Surfaces.of(crossing) : Surfaces.none();
        try {
            return new StepMemory(step, beside, crossing, surfaces);
        } catch (RuntimeException | Error e) {
            surfaces.close();
            throw e;
        }
    }

    /** Returns whether any of it lies in surfaces. */
    boolean isShared() {
        return surfaces.isUsed();
    }

    /** Returns the storage of all ports. */
    Bindings bindings() {
        return bindings;
    }

    /**
     * Returns a port's memory as Core ML takes it.
     *
     * @param feature what Core ML calls the port
     */
    ShimArray array(String feature, Port port) {
        return surfaces.array(feature, port).orElseGet(() -> plain(feature, port));
    }

    private ShimArray plain(String feature, Port port) {
        MemorySegment memory = bindings.segment(port);
        ShimArray.Type type =
                switch (port.type().dtype()) {
                    case FLOAT32 -> ShimArray.Type.FLOAT32;
                    case FLOAT16 -> ShimArray.Type.FLOAT16;
                    case INT32 -> ShimArray.Type.INT32;
                    case BOOL -> throw new IllegalArgumentException(port.toString());
                };
        long[] dims = port.type().shape().dims().stream().mapToLong(Integer::longValue).toArray();
        return new ShimArray(feature, memory, type, dims);
    }

    /** Makes all that crosses zeros again. */
    void clear() {
        crossing.forEach(port -> bindings.segment(port).fill((byte) 0));
    }

    @Override
    public void close() {
        bindings.close();
        surfaces.close();
    }
}
