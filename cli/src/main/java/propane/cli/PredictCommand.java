package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import propane.tensor.NDArray;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs a model over the arrays of a file, on the CPU. */
@Command(
        name = "predict",
        description = {
            "Runs a model over the arrays of a file, on the CPU.",
            "Inputs and outputs go by name: arrays of safetensors, columns NAME or NAME[0], NAME[1]"
                    + " and on of CSV. Several rows of an input give as many answers; the states of"
                    + " a model go from one to the next. Images are numbers from 0 to 255, in the"
                    + " model's order of colours."
        },
        exitCodeOnExecutionException = LintCommand.UNREADABLE,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the answers were written",
            "1:the arrays do not fit the model, or the answers cannot be written",
            "2:a file cannot be read"
        },
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    @Option(
            names = "--function",
            paramLabel = "NAME",
            defaultValue = "",
            description = "The function to run; predict or main or else the first by default.")
    private String function = "";

    @Parameters(index = "0", paramLabel = "FILE", description = "The model, of anybody's.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "IN",
            description = "What it is given: .safetensors or .csv.")
    private Path in;

    @Parameters(
            index = "2",
            paramLabel = "OUT",
            description = "Where the answers are written: .safetensors or .csv.")
    private Path out;

    @Override
    public Integer call() {
        ArrayFile answers = ArrayFile.of(out);
        Prediction prediction = Prediction.of(file, function, ArrayFile.of(in).read());
        Map<String, NDArray> made = prediction.answers();
        answers.write(made, prediction.classes(made));
        made.forEach((name, array) -> System.out.println(name + "  " + array.type()));
        return 0;
    }
}
