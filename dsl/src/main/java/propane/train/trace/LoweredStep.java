package propane.train.trace;

import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.coreml.write.ProgramPackage;
import propane.nn.metric.Metric;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.pass.DeadCode;
import propane.tensor.NDArray;
import propane.train.port.MeanLoss;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The parts of a step in the form that the Neural Engine takes: gradients of float16, whatever the
 * training's own precision, and so from a step whose loss is scaled.
 *
 * @param training the training
 * @param plain its step, as it is trained here
 * @param held what weights and statistics hold
 */
public record LoweredStep(TrainingSpec training, StepPrograms plain, Function<Port, NDArray> held) {
    /** Returns the step of a training that is not compiled, its weights as they would start. */
    public static LoweredStep planned(TrainingSpec training) {
        var model = training.model();
        Function<Port, NDArray> first =
                port ->
                        model.variables().stream()
                                .filter(weight -> weight.path().equals(port.name()))
                                .findFirst()
                                .map(weight -> model.start(weight, training.seed()))
                                .orElseThrow();
        return new LoweredStep(
                training, new StepPrograms(training, training.batch(), false), first);
    }

    /** Returns the step with its loss scaled. */
    public StepPrograms scaled() {
        return new StepPrograms(training, training.batch(), true);
    }

    /** Returns the first part, lowered. */
    public Program.Function gradients(StepPrograms scaled) {
        Program.Function gradients = scaled.gradients();
        return NeuralEngineLowering.float16(gradients, frozen(gradients, plain.train()))
                .under(Port.HALF)
                .function();
    }

    /** Returns what may run on the Neural Engine of the gradients. */
    public PlacementReport placement() {
        return ProgramPackage.lint(Program.of(onlyMeans(gradients(scaled()))));
    }

    /** Returns what a step of gradients and update would take on devices. */
    public EstimateReport estimate() {
        StepPrograms scaled = scaled();
        var step = new Program(List.of(gradients(scaled), scaled.update())).map(this::onlyMeans);
        return ProgramPackage.estimate(step, training.batch());
    }

    /** An app has means of results; what else is made of sums it cannot know. */
    public Program.Function onlyMeans(Program.Function function) {
        Set<String> others =
                plain.metrics().values().stream()
                        .filter(metric -> metric instanceof Metric.Streaming)
                        .filter(metric -> !(metric instanceof Metric.PerExample))
                        .filter(metric -> !(metric instanceof MeanLoss))
                        .map(Metric::name)
                        .collect(Collectors.toSet());
        return DeadCode.keeping(function, output -> !others.contains(whole(output.port().name())));
    }

    private static String whole(String path) {
        return path.startsWith(Port.HALF) ? path.substring(Port.HALF.length()) : path;
    }

    /** Returns the values of weights and statistics that no step replaces. */
    private Map<String, NDArray> frozen(Program.Function gradients, Program.Function train) {
        return Program.of(gradients, train).frozen(gradients.name()).stream()
                .collect(Collectors.toMap(Port::name, held));
    }
}
