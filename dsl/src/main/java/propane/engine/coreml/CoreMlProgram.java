package propane.engine.coreml;

import propane.coreml.CoreMl;
import propane.coreml.FunctionPorts;
import propane.coreml.ModelCard;
import propane.coreml.PackagePorts;
import propane.engine.CompiledProgram;
import propane.engine.DeviceReport;
import propane.engine.Frame;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimModel;
import propane.tensor.EngineException;
import propane.tensor.Program;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A program as a Core ML package, each function of it loaded as a model. */
final class CoreMlProgram implements CompiledProgram {
    private final Path folder;
    private final Map<String, CoreMlFunction> functions = new LinkedHashMap<>();
    private final ShimModel.Units units;

    CoreMlProgram(Program program, Frame frame, ShimModel.Units units, Duration limit) {
        this.units = units;
        this.folder = folder();
        try {
            Path mlpackage = folder.resolve("Program.mlpackage");
            PackagePorts ports = CoreMl.write(program, mlpackage, ModelCard.BLANK);
            for (FunctionPorts function : ports.functions()) {
                // A package of one function is a plain model, which has no functions to choose.
                String chosen = ports.functions().size() == 1 ? "" : function.name();
                ShimModel model = ShimModel.load(mlpackage, chosen, units, limit);
                functions.put(function.function(), new CoreMlFunction(function, model, frame));
            }
        } catch (NativeException e) {
            close();
            throw new EngineException("Neural Engine: " + e.getMessage(), e);
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("propane");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean run(String function) {
        if (!functions.containsKey(function)) {
            throw UnknownNameException.among(
                    "Neural Engine: no function", function, functions.keySet());
        }
        try {
            return functions.get(function).run();
        } catch (NativeException e) {
            throw new EngineException("Neural Engine: " + e.getMessage(), e);
        }
    }

    @Override
    public DeviceReport report() {
        return new DeviceReport("Core ML (" + units + " allowed)", List.of(), List.of(), 0);
    }

    @Override
    public void close() {
        functions.values().forEach(CoreMlFunction::close);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
