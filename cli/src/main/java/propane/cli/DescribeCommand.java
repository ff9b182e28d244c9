package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import propane.coreml.CoreMl;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Tells what a Core ML package holds. */
@Command(
        name = "describe",
        description = "Tells what a Core ML package holds: functions, ports, operations.",
        exitCodeOnExecutionException = LintCommand.UNREADABLE,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it was told", "2:the file cannot be read"},
        mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A .mlpackage or .mlmodel.")
    private Path file;

    @Override
    public Integer call() {
        System.out.println(CoreMl.describe(file));
        return 0;
    }
}
