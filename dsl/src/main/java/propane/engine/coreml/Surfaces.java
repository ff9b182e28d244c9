package propane.engine.coreml;

import propane.ffm.NativeException;
import propane.ffm.Resources;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimSurface;
import propane.tensor.DType;
import propane.tensor.Port;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** Makes a surface for each port that can lie in one, on machines that have them. */
    static Surfaces of(List<Port> ports) {
        var made = new Surfaces();
        try {
            for (Port port : ports) {
                if (port.type().dtype() == DType.FLOAT16 && !areRefused() && !made.add(port)) {
                    break;
                }
            }
            return made;
        } catch (RuntimeException | Error e) {
            made.taken.closedBy(e);
            throw e;
        }
    }

    /** Returns whether the doctor saw Core ML ignore or refuse them. */
    private static boolean areRefused() {
        return MachineReport.kept()
                .flatMap(report -> report.answer(TAKEN))
                .filter(answer -> answer.outcome() != Answer.Outcome.YES)
                .isPresent();
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

    /** Returns the memory of the ports that lie in surfaces. */
    Map<Port, MemorySegment> memory() {
        return Map.copyOf(memory);
    }

    /**
     * Returns a port's memory as Core ML takes it.
     *
     * @param feature what Core ML calls the port
     * @param data where it lies
     */
    ShimArray array(String feature, Port port, MemorySegment data) {
        return surfaces.containsKey(port)
                ? surfaces.get(port).array(feature)
                : CoreMlFunction.array(feature, port, data);
    }

    @Override
    public void close() {
        taken.close();
    }
}
