package propane.engine.coreml;

import propane.coreml.format.FunctionPorts;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.PortLayout;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.spi.Bindings;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The gradients of a step, loaded, over the memory of their ports. */
final class CoreMlFunction implements AutoCloseable {
    private final Bindings drawn;
    private final ShimModel.Prediction prediction;
    private final List<HostNumbers> numbers = new ArrayList<>();
    private final List<HalfTransfer> examples = new ArrayList<>();
    private final List<HalfTransfer> inputs = new ArrayList<>();
    private final List<HalfTransfer> results = new ArrayList<>();
    private final List<MemorySegment> scalars = new ArrayList<>();
    private boolean areUploaded;

    /**
     * Prepares the function.
     *
     * @param lowered the function; its ports have names of their own
     * @param ports how Core ML calls them
     * @param model the loaded model, which outlives this
     * @param memory the storage of the ports of the step, and of the lowered ones
     */
    CoreMlFunction(
            LoweredFunction lowered, FunctionPorts ports, ShimModel model, StepMemory memory) {
        this.drawn = Bindings.allocate(drawn(lowered));
        try {
            this.prediction = prepared(lowered, ports, model, memory);
        } catch (RuntimeException | Error e) {
            drawn.close();
            throw e;
        }
    }

    private ShimModel.Prediction prepared(
            LoweredFunction lowered, FunctionPorts ports, ShimModel model, StepMemory memory) {
        Bindings bindings = memory.bindings();
        var given = new ArrayList<ShimArray>();
        for (PortLayout layout : lowered.inputs()) {
            Port port = layout.port();
            MemorySegment half = bindings.segment(layout.lowered());
            boolean random = port.role() == Role.RANDOM;
            MemorySegment wide = (random ? drawn : bindings).segment(port);
            if (random) {
                numbers.add(HostNumbers.of(port, wide, bindings));
            }
            (port.role() == Role.BATCH ? examples : inputs)
                    .add(new HalfTransfer(layout, wide, half));
            String name = ports.input(layout.lowered().name()).name();
            given.add(memory.array(name, layout.lowered()));
        }
        var wanted = new ArrayList<ShimArray>();
        for (PortLayout layout : lowered.outputs()) {
            Port port = layout.port();
            Port written = layout.lowered();
            MemorySegment half = bindings.segment(written);
            wanted.add(memory.array(ports.output(written.name()).name(), written));
            if (port.role() == Role.RESULT) {
                MemorySegment wide = bindings.segment(port);
                results.add(new HalfTransfer(layout, wide, half));
                if (port.type().dtype() == DType.FLOAT32 && port.type().shape().size() == 1) {
                    scalars.add(wide);
                }
            }
        }
        return model.prediction(given, wanted);
    }

    /**
     * Returns the ports that a bindings of a lowered function must have beside those of the step.
     */
    static List<Port> ports(LoweredFunction lowered) {
        var ports = new ArrayList<Port>();
        lowered.inputs().forEach(layout -> ports.add(layout.lowered()));
        lowered.outputs().forEach(layout -> ports.add(layout.lowered()));
        return ports;
    }

    private static List<Port> drawn(LoweredFunction lowered) {
        return lowered.inputs().stream()
                .map(PortLayout::port)
                .filter(port -> port.role() == Role.RANDOM)
                .toList();
    }

    /** Brings examples to the engine ahead of the run. */
    void upload() {
        for (int i = 0; i < examples.size(); i++) {
            examples.get(i).toHalf();
        }
        areUploaded = true;
    }

    /** Predicts once from what lies in the memory, and leaves what comes out there. */
    void predict() {
        prediction.run();
    }

    /** Runs once and returns whether all results that are numbers are finite. */
    boolean run() {
        for (int i = 0; i < numbers.size(); i++) {
            numbers.get(i).draw();
        }
        for (int i = 0; i < inputs.size(); i++) {
            inputs.get(i).toHalf();
        }
        if (!areUploaded) {
            upload();
        }
        areUploaded = false;
        predict();
        for (int i = 0; i < results.size(); i++) {
            results.get(i).toWide();
        }
        for (int i = 0; i < scalars.size(); i++) {
            if (!Float.isFinite(scalars.get(i).get(ValueLayout.JAVA_FLOAT, 0))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        drawn.close();
    }
}
