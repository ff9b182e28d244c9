package propane.doctor;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.ffm.NativeMemory;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.ffm.shim.ShimState;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Memory for the ports of a loaded function, for one prediction or many. */
final class PortMemory implements AutoCloseable {
    private final NativeMemory memory = new NativeMemory(EngineException::new);
    private final FunctionPorts ports;
    private final Map<String, MemorySegment> segments = new LinkedHashMap<>();
    private final ShimModel.Prediction prediction;

    PortMemory(ShimModel model, FunctionPorts ports) {
        this.ports = ports;
        try {
            this.prediction = model.prediction(arrays(ports.inputs()), arrays(ports.outputs()));
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private List<ShimArray> arrays(List<PackagePort> of) {
        var arrays = new ArrayList<ShimArray>();
        for (PackagePort port : of) {
            TensorType type = port.port().type();
            MemorySegment piece = memory.allocate("port " + port.name(), type.bytes());
            segments.put(port.name(), piece);
            arrays.add(new ShimArray(port.name(), piece, element(type), dims(type)));
        }
        return arrays;
    }

    /** Arrays of the shim have an axis at least. */
    private static long[] dims(TensorType type) {
        return type.shape().rank() == 0
                ? new long[] {1}
                : type.shape().dims().stream().mapToLong(dim -> dim).toArray();
    }

    private static ShimArray.Type element(TensorType type) {
        return switch (type.dtype()) {
            case FLOAT32 -> ShimArray.Type.FLOAT32;
            case FLOAT16 -> ShimArray.Type.FLOAT16;
            case INT32 -> ShimArray.Type.INT32;
            case BOOL -> throw new IllegalArgumentException("Core ML passes no truth values");
        };
    }

    /** Fills the inputs. */
    void fill(Map<String, NDArray> inputs) {
        for (PackagePort input : ports.inputs()) {
            NDArray array = inputs.get(input.port().name());
            MemorySegment source = array.segment();
            MemorySegment.copy(source, 0, segments.get(input.name()), 0, source.byteSize());
        }
    }

    /** Predicts once over what the inputs hold. */
    void run() {
        prediction.run();
    }

    /** Predicts once over what the inputs and a state hold. */
    void run(ShimState state) {
        prediction.run(state);
    }

    /** Returns what the outputs hold, by their names in Core ML. */
    Map<String, NDArray> results() {
        var results = new LinkedHashMap<String, NDArray>();
        for (PackagePort output : ports.outputs()) {
            TensorType type = output.port().type();
            MemorySegment found = segments.get(output.name()).asSlice(0, type.bytes());
            results.put(output.name(), NDArray.of(found, type));
        }
        return results;
    }

    Map<String, NDArray> predict(Map<String, NDArray> inputs) {
        fill(inputs);
        run();
        return results();
    }

    @Override
    public void close() {
        memory.close();
    }
}
