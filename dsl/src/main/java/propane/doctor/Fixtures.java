package propane.doctor;

import propane.coreml.ModelCard;
import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.coreml.write.ProgramPackage;
import propane.ffm.shim.ShimModel;
import propane.spi.Program;
import propane.spi.op.CounterRandom;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where questions are asked: a folder for packages, and the processors that Core ML may use.
 *
 * @param folder an empty folder
 * @param units the processors
 * @param limit how long loading may take
 */
public record Fixtures(Path folder, ShimModel.Units units, Duration limit) {
    private static final String PACKAGE = "Question.mlpackage";

    /** A function that Core ML has loaded, and its ports. */
    record Loaded(ShimModel model, FunctionPorts ports) implements AutoCloseable {
        /** Returns the results of a prediction by their names in Core ML. */
        Map<String, NDArray> predict(Map<String, NDArray> inputs) {
            try (var memory = new PortMemory(model, ports)) {
                return memory.predict(inputs);
            }
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** Returns the package that was written last. */
    Path file() {
        return folder.resolve(PACKAGE);
    }

    /** Writes a program and returns the ports of the package. */
    PackagePorts write(Program program, PackageForm form) {
        return ProgramPackage.write(program, file(), ModelCard.BLANK, form);
    }

    /** Loads a function of the package that was written last. */
    Loaded load(PackagePorts ports, String function) {
        return load(ports, function, units);
    }

    /** Loads a function of the package that was written last for some processors. */
    Loaded load(PackagePorts ports, String function, ShimModel.Units on) {
        FunctionPorts chosen = ports.function(function);
        String name = ports.functions().size() == 1 ? "" : chosen.name();
        return new Loaded(ShimModel.load(file(), name, on, limit), chosen);
    }

    /** Returns numbers between -1 and 1 for the inputs of a function, the same each time. */
    static Map<String, NDArray> inputs(FunctionPorts ports) {
        var inputs = new LinkedHashMap<String, NDArray>();
        for (PackagePort each : ports.inputs()) {
            Port port = each.port();
            inputs.put(port.name(), numbers(port.type(), port.name()));
        }
        return inputs;
    }

    private static NDArray numbers(TensorType type, String name) {
        // Sums over long axes stay small.
        double scale = type.shape().rank() < 2 ? 1 : Math.min(1, 8.0 / type.shape().dim(-2));
        double[] numbers = new double[type.shape().size()];
        for (int i = 0; i < numbers.length; i++) {
            double uniform = CounterRandom.uniform(1, CounterRandom.stream(name), i);
            numbers[i] = type.dtype() == DType.INT32 ? 1 : (2 * uniform - 1) * scale;
        }
        return NDArray.of(numbers, type);
    }
}
