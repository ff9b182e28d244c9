package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import propane.coreml.CoreMl;
import propane.coreml.estimate.EstimateReport;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Estimates what a step of a Core ML package would take on devices that are not at hand. */
@Command(
        name = "estimate",
        description =
                "Estimates what a step of a Core ML package would take on each generation of"
                        + " devices: time, memory, the largest batch. In a program"
                        + " trainer.estimate() does.",
        mixinStandardHelpOptions = true)
final class EstimateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A .mlpackage or .mlmodel, of a training too.")
    private Path file;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, for example m4 or a17pro; with who vouches for each figure.")
    private List<String> devices = List.of();

    @Option(names = "--sources", description = "Tell who vouches for each figure.")
    private boolean sources;

    @Override
    public Integer call() {
        EstimateReport all = CoreMl.estimate(file);
        EstimateReport report = devices.isEmpty() ? all : all.on(devices);
        System.out.println(report.text());
        if (sources || !devices.isEmpty()) {
            System.out.println("figures of the devices:");
            report.sources().forEach(line -> System.out.println("  " + line));
        } else {
            System.out.println("with --sources: who vouches for each figure");
        }
        return 0;
    }
}
