package propane.coreml.write;

import propane.coreml.ModelCard;
import propane.coreml.check.ProgramChecker;
import propane.coreml.estimate.DeviceTable;
import propane.coreml.estimate.Step;
import propane.coreml.estimate.StepEstimate;
import propane.coreml.format.PackageFolder;
import propane.coreml.format.PackagePorts;
import propane.coreml.lint.PlacementLint;
import propane.coreml.lowering.RandomPorts;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.spi.ImportedModel;
import propane.spi.ModelInterface;
import propane.spi.Preconditions;
import propane.spi.Program;
import propane.spi.op.TensorOperation;
import propane.spi.pass.CommonSubexpressions;
import propane.spi.pass.ConstantFolding;
import propane.spi.pass.Decompose;
import propane.spi.pass.Pass;
import propane.spi.pass.Passes;
import propane.tensor.EngineException;
import propane.tensor.PropaneException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Programs that become Core ML packages: lowered, written, and judged before they are written. */
public final class ProgramPackage {
    private ProgramPackage() {}

    /**
     * Returns a program of ops that Core ML has: ops that MIL lacks are decomposed, random numbers
     * become ports that the host fills, what can be computed now is.
     */
    public static Program lower(Program program) {
        return lower(program, HeldWeights.NONE);
    }

    /** Returns the same where the values of some ports will be constants of the package. */
    public static Program lower(Program program, HeldWeights held) {
        var passes =
                new ArrayList<Pass>(
                        List.of(
                                Decompose.customOps(),
                                new RandomPorts(),
                                new WholeAttention(),
                                new Decompose(),
                                new RuntimeWeights(held.ports())));
        passes.addAll(Passes.standard().ordered());
        passes.add(new CoreMlForms());
        passes.add(new Decompose(op -> op instanceof TensorOperation.BroadcastTo));
        passes.add(new ConstantFolding());
        passes.add(new CommonSubexpressions());
        return new Passes(passes).apply(program);
    }

    /**
     * Writes a program, lowered first, as an ML Program package for iOS 18 and macOS 15. The same
     * program always becomes the same bytes. A package that stands there is replaced only once the
     * new one lies on the disk whole and has passed {@link propane.coreml.CoreMl#check}.
     *
     * @param program the program; of one function it becomes a plain model, of several a package of
     *     functions whose default is {@code predict} if there is one
     * @param path the package, for example {@code Digits.mlpackage}
     * @param card what it says of itself
     * @return how the ports are called in Core ML
     * @throws EngineException if an op or a port has no form in Core ML
     * @throws PropaneException if the package cannot be written; what stood there is untouched
     */
    public static PackagePorts write(Program program, Path path, ModelCard card) {
        return write(program, path, card, PackageForm.PLAIN);
    }

    /**
     * Writes a program as {@link #write(Program, Path, ModelCard)} does, the values of some ports
     * as constants, whose places {@link propane.coreml.read.PackageReader#weights} tells.
     *
     * @return how the other ports are called in Core ML
     * @throws EngineException if an op or a port has no form in Core ML
     * @throws PropaneException if the package cannot be written; what stood there is untouched
     */
    public static PackagePorts write(Program program, HeldWeights held, Path path, ModelCard card) {
        return write(program, held, path, card, PackageForm.PLAIN);
    }

    /**
     * Writes a program in one of several forms that mean the same; not every form is known to be
     * taken by Core ML.
     *
     * @throws EngineException if an op or a port has no form in Core ML
     * @throws PropaneException if the package cannot be written; what stood there is untouched
     */
    public static PackagePorts write(Program program, Path path, ModelCard card, PackageForm form) {
        return write(program, HeldWeights.NONE, path, card, form);
    }

    /**
     * Writes a model that was read from a file: the values of its ports as constants, called as the
     * ports are; images, classes and states as what they were.
     *
     * @throws EngineException if an op or a port has no form in Core ML
     * @throws PropaneException if the package cannot be written; what stood there is untouched
     */
    public static void write(ImportedModel model, Path path, ModelCard card) {
        var held = new LinkedHashMap<>(model.values());
        boolean hasStates = false;
        for (Program.Function function : model.program().functions()) {
            hasStates |= !function.replacements().isEmpty();
            held.keySet().removeAll(function.replacements().keySet());
        }
        write(
                model.program(),
                new HeldWeights(held),
                path,
                card,
                hasStates ? PackageForm.STATES : PackageForm.PLAIN,
                model.shown());
    }

    private static PackagePorts write(
            Program program, HeldWeights held, Path path, ModelCard card, PackageForm form) {
        return write(program, held, path, card, form, ModelInterface.ARRAYS);
    }

    private static PackagePorts write(
            Program program,
            HeldWeights held,
            Path path,
            ModelCard card,
            PackageForm form,
            ModelInterface shown) {
        Program lowered = lower(program, held);
        PackagePorts ports = PackagePorts.of(lowered);
        PackageFolder.write(
                path,
                folder -> {
                    PackageWriter.write(
                            lowered,
                            held,
                            ports,
                            card,
                            model -> AppInterface.of(form.of(model, ports), ports, shown),
                            folder);
                    // Inline constants are what the check refuses: Core ML's tools write none.
                    if (form != PackageForm.INLINE) {
                        ProgramChecker.check(folder);
                    }
                });
        return ports.without(held.values().keySet());
    }

    /**
     * Judges a program as {@link propane.coreml.CoreMl#lint} would the package that it becomes.
     *
     * @throws EngineException if an op has no form in Core ML
     */
    public static PlacementReport lint(Program program) {
        return new PlacementReport(
                "the program",
                ProgramViews.of(lower(program)).stream().map(PlacementLint::judge).toList());
    }

    /**
     * Estimates a program as {@link propane.coreml.CoreMl#estimate} would the package that it
     * becomes.
     *
     * @param batch how many examples its functions take, at least 1
     * @throws EngineException if an op has no form in Core ML
     */
    public static EstimateReport estimate(Program program, int batch) {
        Preconditions.atLeast(1, "estimate: the number of examples", batch);
        Preconditions.atLeast(1, "estimate: the number of functions", program.functions().size());
        Program lowered = lower(program);
        Step step = Step.of(ProgramViews.of(lowered), PackagePorts.of(lowered));
        return StepEstimate.report("the program", step.of(batch), DeviceTable.here());
    }
}
