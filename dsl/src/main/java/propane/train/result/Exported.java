package propane.train.result;

import propane.coreml.report.PlacementReport;
import propane.tensor.DType;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What {@link propane.train.Trainer#export} wrote.
 *
 * @param mlpackage the package, or the file of another kind
 * @param precision the numbers the model computes in: float16 or float32
 * @param difference how far predictions in float16 were from those in float32 at most, as a share
 *     of the largest output; infinite where one was not finite, 0 where none was asked for
 * @param comparison in words what was compared, and where float32 was written in place of float16
 *     which operation, or weight, is why
 * @param placement what of the package may run on the Neural Engine; of no functions if it is none
 */
public record Exported(
        Path mlpackage,
        DType precision,
        double difference,
        String comparison,
        PlacementReport placement) {
    /** Returns the line that says that float32 was written where float16 was wanted. */
    public String warning() {
        return mlpackage.getFileName() + ": written in float32, not float16: " + comparison;
    }

    /** Returns a line on the numbers, and one on what may run on the Neural Engine. */
    @Override
    public String toString() {
        String numbers =
                String.format(
                        Locale.ROOT,
                        "%s: %s; %s",
                        mlpackage.getFileName(),
                        precision.name().toLowerCase(Locale.ROOT),
                        comparison);
        return placement.functions().isEmpty()
                ? numbers
                : numbers + System.lineSeparator() + String.join("\n", placement.summary());
    }
}
