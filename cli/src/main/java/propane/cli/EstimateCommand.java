package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import propane.coreml.CoreMl;
import propane.coreml.report.EstimateReport;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Estimates what a step of a training would take on devices that are not at hand. */
@Command(
        name = "estimate",
        description = {
            "Estimates what a step would take on each generation of devices: time, memory, the"
                    + " largest batch; of a Core ML package, or of the trainings of a program.",
            "A program is run up to where it compiles a training, which is not trained. Of a script"
                    + " what comes after is left out, except declarations and what compiles; a Java"
                    + " program ends there. In a program trainer.estimate() tells the same."
        },
        mixinStandardHelpOptions = true)
final class EstimateCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description =
                    "A .mlpackage or .mlmodel, of a training too, or a program (.java, .jsh; - for"
                            + " standard input).")
    private Path file;

    @Parameters(
            index = "1..*",
            paramLabel = "ARG",
            description = "What the program is given; after -- if it begins with a dash.")
    private List<String> arguments = List.of();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, for example m4 or a17pro; with who vouches for each figure.")
    private List<String> devices = List.of();

    @Mixin private Libraries libraries;

    @Option(names = "--sources", description = "Tell who vouches for each figure.")
    private boolean sources;

    @Override
    public Integer call() throws Exception {
        if (PlannedRun.isProgram(file)) {
            // A name that is none is said before the program does anything.
            devices.forEach(CoreMl::device);
            var stops = PlannedRun.of(file, arguments, libraries.classPath());
            for (int i = 0; i < stops.size(); i++) {
                String place = stops.get(i).place();
                System.out.println(place.isEmpty() ? "training " + (i + 1) : place);
                tell(asked(stops.get(i).report()), i == stops.size() - 1);
            }
            return 0;
        }
        if (!arguments.isEmpty()) {
            throw new ProgramException(
                    ProgramSource.shown(file)
                            + ": a package takes no arguments: "
                            + String.join(" ", arguments));
        }
        tell(asked(CoreMl.estimate(file)), true);
        return 0;
    }

    private EstimateReport asked(EstimateReport all) {
        return devices.isEmpty() ? all : all.on(devices);
    }

    private void tell(EstimateReport report, boolean last) {
        System.out.println(report.text());
        if (!last) {
            return;
        }
        if (sources || !devices.isEmpty()) {
            System.out.println("figures of the devices:");
            report.sources().forEach(line -> System.out.println("  " + line));
        } else {
            System.out.println("with --sources: who vouches for each figure");
        }
    }
}
