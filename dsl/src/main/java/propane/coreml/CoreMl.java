package propane.coreml;

import propane.coreml.check.ProgramChecker;
import propane.coreml.estimate.DeviceTable;
import propane.coreml.format.MlPackage;
import propane.coreml.read.PackageReader;
import propane.coreml.report.DeviceEstimate;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.coreml.show.PackageEstimate;
import propane.coreml.show.PackagePlacement;
import propane.coreml.show.PackageText;
import propane.spi.Program;
import propane.tensor.FormatException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.Map;

/** Core ML packages of anybody's: read, checked, described, judged. */
public final class CoreMl {
    private CoreMl() {}

    /**
     * Reads the program of a package. Of packages that others wrote, every input is taken for a
     * batch and every output for a result.
     *
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static Program read(Path path) {
        return PackageReader.program(path);
    }

    /**
     * Reads the program of a package as {@link #read(Path)} does, some inputs at shapes of the
     * caller's.
     *
     * @param shapes shapes by the names of inputs whose shape is flexible; others have the one that
     *     the package gives as the usual one
     * @throws UnknownNameException if there is no such input
     * @throws ShapeException if an input cannot have the shape; it says which it may have
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static Program read(Path path, Map<String, Shape> shapes) {
        return PackageReader.program(path, shapes);
    }

    /**
     * Checks what Core ML's own tools leave unchecked: that names are legal and given once, that
     * the description says what the functions take and give, that operations stand in order, have
     * the operands they need and make the types they declare.
     *
     * @throws FormatException if something is wrong; names the file and the field or op
     */
    public static void check(Path path) {
        ProgramChecker.check(path);
    }

    /**
     * Returns what is in a package, or in a model's file by itself, as text for people: its
     * functions, what they take and give, and how many operations of which kind they have. Tells of
     * any ML Program, with operations that Propane does not have, too.
     *
     * @throws FormatException if there is no such file, or it is broken
     */
    public static String describe(Path path) {
        return MlPackage.reading(path, PackageText::of);
    }

    /**
     * Judges which operations of a package may run on the Neural Engine, and says why not. Tells of
     * any ML Program, with operations that Propane does not have, too; of classic neural networks
     * what can be told. What Core ML then really does is not known from here.
     *
     * @throws FormatException if there is no such file, it is broken, or holds nothing of the kind
     */
    public static PlacementReport lint(Path path) {
        return MlPackage.reading(path, PackagePlacement::report);
    }

    /**
     * Estimates what a step of a package would take on each generation of devices: of a training
     * its gradients and its update, of others a prediction. The figures are those that others
     * published and those that the doctor measured; where one is missing, so is what needs it.
     *
     * @throws FormatException if there is no such file, it is broken, or no ML Program; or if the
     *     doctor's file of figures is broken
     */
    public static EstimateReport estimate(Path path) {
        DeviceTable devices = DeviceTable.here();
        return MlPackage.reading(path, opened -> PackageEstimate.report(opened, devices));
    }

    /**
     * Returns the name of a device as estimates call it, for example {@code m4}.
     *
     * @param asked the name in capital or small letters
     * @throws UnknownNameException if nothing is known of such a device; names those that are
     * @throws FormatException if the doctor's file of figures is broken
     */
    public static String device(String asked) {
        return DeviceEstimate.named(asked, DeviceTable.here().devices());
    }
}
