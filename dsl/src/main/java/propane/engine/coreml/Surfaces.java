package propane.engine.coreml;

import propane.ffm.NativeException;
import propane.ffm.Resources;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimSurface;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Memory that the Neural Engine and the CPU share: the float16 ports of a step lie in it, so that
 * what the one writes the other reads. A port whose rows such memory would pad lies in plain
 * memory.
 */
final class Surfaces implements AutoCloseable {
    /** The doctor's question whether Core ML writes into surfaces. */
    private static final String TAKEN = "surfaces";

    private final Resources taken = new Resources();
    private final Map<Port, ShimSurface> surfaces = new HashMap<>();
    private final Map<Port, MemorySegment> memory = new HashMap<>();

    private Surfaces() {}

    /** Returns no surfaces. */
    static Surfaces none() {
        return new Surfaces();
    }

    /** Makes a surface for each port that can lie in one, on machines that have them. */
    static Surfaces of(List<Port> ports) {
        var made = new Surfaces();
        try {
            for (Port port : ports) {
                if (port.type().dtype() == DType.FLOAT16 && !made.add(port)) {
                    break;
                }
            }
            return made;
        } catch (RuntimeException | Error e) {
            made.taken.closedBy(e);
            throw e;
        }
    }

    /** Returns what the doctor said where it saw Core ML ignore or refuse them. */
    static Optional<String> refusal() {
        return MachineReport.kept()
                .flatMap(report -> report.answer(TAKEN))
                .filter(answer -> !answer.isYes())
                .map(answer -> "the doctor's report of this system says of them: " + answer.text());
    }

    /** Returns whether there are surfaces at all. */
    private boolean add(Port port) {
        long[] dims = dims(port.type().shape());
        ShimSurface surface;
        try {
            surface = ShimSurface.create(dims);
        } catch (NativeException _) {
            return false;
        }
        taken.add(surface);
        ShimSurface.Memory laid = surface.memory();
        if (laid.data().byteSize() == port.type().bytes()) {
            surfaces.put(port, surface);
            memory.put(port, laid.data());
        } else {
            surface.close();
        }
        return true;
    }

    private static long[] dims(Shape shape) {
        return shape.dims().stream().mapToLong(Integer::longValue).toArray();
    }

    /** Returns whether a port lies in one. */
    boolean isUsed() {
        return !surfaces.isEmpty();
    }

    /** Returns the memory of the ports that lie in surfaces. */
    Map<Port, MemorySegment> memory() {
        return Map.copyOf(memory);
    }

    /** Returns a port's surface as Core ML takes it; nothing if it lies in none. */
    Optional<ShimArray> array(String feature, Port port) {
        return Optional.ofNullable(surfaces.get(port)).map(surface -> surface.array(feature));
    }

    @Override
    public void close() {
        taken.close();
    }
}
