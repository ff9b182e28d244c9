package propane.coreml.check;

import propane.coreml.format.Identifiers;
import propane.coreml.format.MlPackage;
import propane.coreml.format.Opset;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.read.ModelReader;
import propane.reading.Border;
import propane.tensor.FormatException;

import java.nio.file.Path;

/**
 * Checks an ML Program for what Core ML's own tools leave unchecked. Packages that Propane wrote
 * are held to all that it writes, and read back with their types inferred again.
 */
public final class ProgramChecker {
    private ProgramChecker() {}

    /**
     * Checks a package.
     *
     * @throws FormatException if it is broken; names the file and what is wrong where
     */
    public static void check(Path path) {
        Border.run(path.toString(), () -> check(MlPackage.open(path)));
    }

    private static void check(MlPackage origin) {
        Model model = origin.read();
        var reader = new ModelReader(origin, model);
        reader.requireProgram();
        boolean ours = !reader.portsText().isEmpty();
        var faults = new Diagnostics(origin.model().toString());
        Mil.Program program = model.getMlProgram();
        faults.require(
                program.getVersion() == 1,
                "field version of the program",
                "is " + program.getVersion() + ", must be 1");
        try (var values = new StoredValues(origin, faults)) {
            program.getFunctionsMap()
                    .forEach((name, function) ->
                            function(name, function, model, ours, values, faults));
        }
        new DescriptionChecker(model, faults).check();
        faults.raise();
        if (ours) {
            ModelReader.plain(origin, model).program();
        }
    }

    private static void function(
            String name,
            Mil.Function function,
            Model model,
            boolean ours,
            StoredValues values,
            Diagnostics faults) {
        String where = "function " + name;
        faults.require(Identifiers.isLegal(name), where, "the name is not legal");
        var opset = Opset.named(function.getOpset());
        var block = function.getBlockSpecializationsMap().get(function.getOpset());
        if (opset.isEmpty() || block == null) {
            faults.add(
                    where, "field opset is " + function.getOpset() + ", which it has no block of");
            return;
        }
        faults.require(
                opset.get().specification() <= model.getSpecificationVersion(),
                where,
                "field opset is "
                        + function.getOpset()
                        + ", which needs specificationVersion "
                        + opset.get().specification()
                        + ", not "
                        + model.getSpecificationVersion());
        var operations = new OperationChecker(opset.get(), ours, faults);
        new BlockChecker(where, operations, values, faults).check(function, block);
    }
}
