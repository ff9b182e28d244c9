package propane.coreml.write;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.WeightFileWriter;
import propane.coreml.mil.MilFunction;
import propane.coreml.proto.Mil;
import propane.coreml.read.MilView;
import propane.ffm.disk.Disk;
import propane.spi.Program;
import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shows a program to the lint and the estimates as they would see the package it becomes. */
final class ProgramViews {
    private ProgramViews() {}

    /**
     * Returns the functions of a program that is lowered already.
     *
     * @throws propane.tensor.EngineException if an op has no form in Core ML
     */
    static List<MilFunction> of(Program lowered) {
        PackagePorts ports = PackagePorts.of(lowered);
        var all = new ArrayList<MilFunction>();
        try {
            Path folder = Files.createTempDirectory("propane");
            Path file = folder.resolve("weight.bin");
            try (var weights = new WeightFileWriter(Disk.system().create(file))) {
                for (Program.Function function : lowered.functions()) {
                    FunctionPorts names = ports.function(function.name());
                    var constants = new MilConstants(weights, HeldWeights.NONE);
                    Mil.Function written = new FunctionWriter(function, names, constants).write();
                    all.add(MilView.of(function.name(), written, ports.weights(names.name())));
                }
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new FormatException("a program could not be written: " + e.getMessage(), e);
        }
        return all;
    }
}
