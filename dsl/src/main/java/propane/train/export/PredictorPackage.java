package propane.train.export;

import propane.coreml.ModelCard;
import propane.coreml.lowering.ConstantPorts;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.write.HeldWeights;
import propane.coreml.write.ProgramPackage;
import propane.spi.Exporter;
import propane.spi.Program;
import propane.tensor.DType;
import propane.tensor.NDArray;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Writes a trained model as a package that predicts one example at a time. */
final class PredictorPackage {
    /** The key of the user metadata that tells in which numbers the model computes. */
    static final String PRECISION = "propane.precision";

    private final Program.Function predict;
    private final HeldWeights held;

    /**
     * Makes the writer.
     *
     * @param predict the model for one example
     * @param values of its weights and statistics, by the names of their ports
     */
    PredictorPackage(Program.Function predict, Map<String, NDArray> values) {
        this.predict = predict;
        this.held = new HeldWeights(values);
    }

    /** Writes the model as it was traced. */
    Exporter.Written write(Path mlpackage) {
        return write(predict, mlpackage, DType.FLOAT32, 0, "as asked for");
    }

    /**
     * Writes the model in float16, or in float32 where that is too far off.
     *
     * @param examples what to compare on
     * @param expected what the trainer predicts of them, by output
     */
    Exporter.Written write(Path mlpackage, ExampleInputs examples, Map<String, NDArray> expected) {
        Program.Function half =
                NeuralEngineLowering.deployed(predict, new ConstantPorts(held.values().keySet()));
        Program.Function written =
                ProgramPackage.lower(Program.of(half), held).functions().getFirst();
        var comparison = HalfComparison.of(written, held, examples, expected);
        String text = "predictions in float16 " + comparison + ", on " + examples;
        var fault = new HalfFault(written, held, examples.at(comparison.example()));
        if (comparison.isNear() && fault.weight().isEmpty()) {
            return write(half, mlpackage, DType.FLOAT16, comparison.difference(), text);
        }
        String why = text + ": " + fault.text();
        return write(predict, mlpackage, DType.FLOAT32, comparison.difference(), why);
    }

    private Exporter.Written write(
            Program.Function function, Path path, DType precision, double difference, String text) {
        var card = ModelCard.BLANK.with(PRECISION, precision.name().toLowerCase(Locale.ROOT));
        ProgramPackage.write(Program.of(function), held, path, card);
        return new Exporter.Written(precision, difference, text);
    }
}
