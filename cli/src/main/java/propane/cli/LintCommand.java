package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import propane.coreml.CoreMl;
import propane.coreml.report.PlacementReport;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Judges what of a Core ML package may run on the Neural Engine. */
@Command(
        name = "lint",
        description = "Tells what of a Core ML package may run on the Neural Engine, and why not.",
        exitCodeOnExecutionException = LintCommand.UNREADABLE,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all of it may run there",
            "2:the file cannot be read",
            "3:some of it may not"
        },
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
    static final int UNREADABLE = 2;
    private static final int MAY_NOT = 3;

    @Parameters(paramLabel = "FILE", description = "A .mlpackage or .mlmodel of anybody's.")
    private Path file;

    @Override
    public Integer call() {
        PlacementReport report = CoreMl.lint(file);
        System.out.println(report.text());
        return report.mayAllRun() ? 0 : MAY_NOT;
    }
}
