package propane.engine.coreml;

import propane.coreml.FunctionPorts;
import propane.coreml.PackagePort;
import propane.engine.Frame;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.tensor.DType;
import propane.tensor.Port;
import propane.tensor.Role;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** One function of a program, loaded, with the memory of its ports. */
final class CoreMlFunction implements AutoCloseable {
    private final ShimModel model;
    private final Frame apart;
    private final ShimModel.Prediction prediction;
    private final List<HostNumbers> numbers = new ArrayList<>();
    private final List<Replacement> replacements = new ArrayList<>();
    private final List<MemorySegment> results = new ArrayList<>();

    /** The new value of an input, beside it until the run has come to a good end. */
    private record Replacement(MemorySegment from, MemorySegment to) {}

    CoreMlFunction(FunctionPorts ports, ShimModel model, Frame frame) {
        this.model = model;
        // Random numbers and new values of inputs have no place in the frame.
        this.apart = Frame.allocate(apart(ports));
        var inputs = new ArrayList<ShimArray>();
        for (PackagePort input : ports.inputs()) {
            Port port = input.port();
            boolean random = port.role() == Role.RANDOM;
            inputs.add(array(input.name(), port, random ? apart : frame));
            if (random) {
                numbers.add(HostNumbers.of(port, apart.segment(port.name()), frame));
            }
        }
        var outputs = new ArrayList<ShimArray>();
        for (PackagePort output : ports.outputs()) {
            Port port = output.port();
            boolean replaces = !output.replaces().isEmpty();
            outputs.add(array(output.name(), port, replaces ? apart : frame));
            if (replaces) {
                replacements.add(
                        new Replacement(apart.segment(port.name()), frame.segment(port.name())));
            } else if (isNumber(port)) {
                results.add(frame.segment(port.name()));
            }
        }
        this.prediction = model.prediction(inputs, outputs);
    }

    private static List<Port> apart(FunctionPorts ports) {
        var apart = new ArrayList<Port>();
        for (PackagePort input : ports.inputs()) {
            if (input.port().role() == Role.RANDOM) {
                apart.add(input.port());
            }
        }
        for (PackagePort output : ports.outputs()) {
            if (!output.replaces().isEmpty()) {
                apart.add(output.port());
            }
        }
        return apart;
    }

    private static boolean isNumber(Port port) {
        return port.role() == Role.RESULT
                && port.type().dtype() == DType.FLOAT32
                && port.type().shape().size() == 1;
    }

    private static ShimArray array(String name, Port port, Frame frame) {
        ShimArray.Type type =
                switch (port.type().dtype()) {
                    case FLOAT32 -> ShimArray.Type.FLOAT32;
                    case FLOAT16 -> ShimArray.Type.FLOAT16;
                    case INT32 -> ShimArray.Type.INT32;
                    case BOOL -> throw new IllegalArgumentException(port.toString());
                };
        long[] dims = port.type().shape().dims().stream().mapToLong(Integer::longValue).toArray();
        return new ShimArray(name, frame.segment(port.name()), type, dims);
    }

    /** Runs once; replaces inputs only if all results that are numbers are finite. */
    boolean run() {
        for (int i = 0; i < numbers.size(); i++) {
            numbers.get(i).draw();
        }
        prediction.run();
        for (int i = 0; i < results.size(); i++) {
            if (!Float.isFinite(results.get(i).get(ValueLayout.JAVA_FLOAT, 0))) {
                return false;
            }
        }
        for (int i = 0; i < replacements.size(); i++) {
            Replacement replacement = replacements.get(i);
            replacement.to().copyFrom(replacement.from());
        }
        return true;
    }

    @Override
    public void close() {
        model.close();
        apart.close();
    }
}
