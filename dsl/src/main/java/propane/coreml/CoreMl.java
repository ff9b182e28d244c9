package propane.coreml;

import propane.coreml.estimate.DeviceTable;
import propane.coreml.estimate.EstimateReport;
import propane.coreml.lint.PlacementReport;
import propane.coreml.lowering.RandomPorts;
import propane.reading.Border;
import propane.spi.Program;
import propane.spi.op.TensorOperation;
import propane.spi.pass.CommonSubexpressions;
import propane.spi.pass.ConstantFolding;
import propane.spi.pass.Decompose;
import propane.spi.pass.Pass;
import propane.spi.pass.Passes;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Programs as Core ML packages: written, read, described. */
public final class CoreMl {
    private CoreMl() {}

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
     * new one lies on the disk whole and has passed {@link #check}.
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
     * as constants that {@link #weights} tells the places of.
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

    private static PackagePorts write(
            Program program, HeldWeights held, Path path, ModelCard card, PackageForm form) {
        Program lowered = lower(program, held);
        PackagePorts ports = PackagePorts.of(lowered);
        PackageFolder.write(
                path,
                folder -> {
                    PackageWriter.write(lowered, held, ports, card, form, folder);
                    // Inline constants are what the check refuses: Core ML's tools write none.
                    if (form != PackageForm.INLINE) {
                        check(folder);
                    }
                });
        return ports.without(held.values().keySet());
    }

    /**
     * Reads the program of a package. Of packages that others wrote, every input is taken for a
     * batch and every output for a result.
     *
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static Program read(Path path) {
        return reading(path, opened -> new ModelReader(opened, opened.read()).program());
    }

    /**
     * Returns what a package says of its ports.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static PackagePorts ports(Path path) {
        return reading(path, opened -> new ModelReader(opened, opened.read()).ports());
    }

    /**
     * Returns what a package says beside its program, by keys of its author's.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static Map<String, String> texts(Path path) {
        return reading(
                path, opened -> opened.read().getDescription().getMetadata().getUserDefinedMap());
    }

    /**
     * Returns where a package's weights stand, by path; none where it does not tell.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static Map<String, StoredWeight> weights(Path path) {
        return reading(path, opened -> new ModelReader(opened, opened.read()).weights());
    }

    /**
     * Checks what Core ML's own tools leave unchecked: that names are legal and given once, that
     * the description says what the functions take and give, that operations stand in order, have
     * the operands they need and make the types they declare.
     *
     * @throws FormatException if something is wrong; names the file and the field or op
     */
    public static void check(Path path) {
        Border.run(path.toString(), () -> ProgramChecker.check(MlPackage.open(path)));
    }

    /**
     * Returns what is in a package, or in a model's file by itself, as text for people: its
     * functions, what they take and give, and how many operations of which kind they have. Tells of
     * any ML Program, with operations that Propane does not have, too.
     *
     * @throws FormatException if there is no such file, or it is broken
     */
    public static String describe(Path path) {
        return reading(path, opened -> new PackageText(opened, opened.read()).text());
    }

    /**
     * Judges which operations of a package may run on the Neural Engine, and says why not. Tells of
     * any ML Program, with operations that Propane does not have, too; of classic neural networks
     * what can be told. What Core ML then really does is not known from here.
     *
     * @throws FormatException if there is no such file, it is broken, or holds nothing of the kind
     */
    public static PlacementReport lint(Path path) {
        return reading(path, Linted::report);
    }

    /**
     * Judges a program as {@link #lint(Path)} would the package that {@link #write} makes of it.
     *
     * @throws EngineException if an op has no form in Core ML
     */
    public static PlacementReport lint(Program program) {
        return Linted.report(lower(program), "the program");
    }

    /**
     * Estimates what a step of a package would take on each generation of devices: of a training
     * its gradients and its update, of others a prediction. The figures are those that others
     * published and those that the doctor measured; where one is missing, so is what needs it.
     *
     * @throws FormatException if there is no such file, it is broken, or no ML Program
     */
    public static EstimateReport estimate(Path path) {
        DeviceTable devices = DeviceTable.here();
        return reading(path, opened -> Estimated.report(opened, devices));
    }

    /**
     * Estimates a program as {@link #estimate(Path)} would the package that {@link #write} makes of
     * it.
     *
     * @param batch how many examples its functions take, at least 1
     * @throws EngineException if an op has no form in Core ML
     */
    public static EstimateReport estimate(Program program, int batch) {
        return Estimated.report(lower(program), batch, DeviceTable.here());
    }

    private static <T> T reading(Path path, Function<MlPackage, T> read) {
        return Border.read(path.toString(), () -> read.apply(MlPackage.open(path)));
    }
}
