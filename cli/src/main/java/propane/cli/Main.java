package propane.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import propane.tensor.PropaneException;

import java.util.Map;

/** The command {@code propane}: picks what to do and turns a failure into one clear text. */
@Command(
        name = "propane",
        description = "Trains models written in Java, on the Neural Engine or the CPU.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            ShellCommand.class,
            DescribeCommand.class,
            LintCommand.class,
            EstimateCommand.class,
            DoctorCommand.class
        })
public final class Main {
    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Show where in the code an error came from.")
    private boolean stacktrace;

    private Main() {}

    @Option(
            names = "-D",
            paramLabel = "NAME=VALUE",
            mapFallbackValue = "",
            scope = ScopeType.INHERIT,
            description = "Set a property, as for java.")
    private void property(Map<String, String> properties) {
        properties.forEach(System::setProperty);
    }

    /** Runs one command; a failure ends the process with its exit code. */
    public static void main(String[] args) {
        int code = execute(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    /**
     * Runs one command.
     *
     * @return 0, or 1 for a failure, told on the error stream, or 2 for a command line that makes
     *     no sense
     */
    static int execute(String... args) {
        var main = new Main();
        var line = new CommandLine(main);
        // What follows a program's file is the program's own.
        line.getSubcommands().get("run").setStopAtPositional(true);
        return line.setExecutionExceptionHandler((error, _, _) -> main.tell(error)).execute(args);
    }

    private int tell(Throwable error) {
        System.out.flush();
        Throwable origin = error instanceof ProgramException ? error.getCause() : error;
        if (stacktrace && origin != null) {
            origin.printStackTrace();
        } else {
            System.err.println(
                    error instanceof PropaneException ? error.getMessage() : error.toString());
        }
        return 1;
    }
}
