package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import propane.doctor.Doctor;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Tells what is there, asks Core ML the open questions, and writes a report for a bug report. */
@Command(
        name = "doctor",
        description =
                "Tells what this machine has; on a Mac asks Core ML what is not known yet. Writes a"
                        + " report to attach to an issue.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            defaultValue = ".",
            description = "Where the report goes (default: here).")
    private Path folder;

    @Override
    public Integer call() {
        String version = new Version().getVersion()[0].replace("propane ", "");
        var report = Doctor.here(version, System.out::println).examine();
        System.out.println();
        for (Path file : Doctor.write(report, folder)) {
            System.out.println("wrote " + file.normalize());
        }
        return 0;
    }
}
