package propane.coreml.show;

import propane.coreml.estimate.DeviceTable;
import propane.coreml.estimate.Step;
import propane.coreml.estimate.StepEstimate;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.Model;
import propane.coreml.read.ModelReader;
import propane.coreml.report.EstimateReport;
import propane.tensor.FormatException;

/** Estimates what a step of a package would take. */
public final class PackageEstimate {
    private PackageEstimate() {}

    /**
     * Estimates a package: of a training gradients and update, of others what predicts, else the
     * first function.
     *
     * @param devices what is known of devices
     * @throws FormatException if it is no ML Program, or broken
     */
    public static EstimateReport report(MlPackage origin, DeviceTable devices) {
        Model model = origin.read();
        var reader = new ModelReader(origin, model);
        reader.requireProgram();
        if (model.getMlProgram().getFunctionsCount() == 0) {
            throw new FormatException(origin.path(), "its program has no function to estimate");
        }
        String title = origin.path().getFileName().toString();
        return StepEstimate.report(title, Step.of(reader.views(), reader.told()), devices);
    }
}
