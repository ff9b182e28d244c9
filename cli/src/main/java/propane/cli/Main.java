package propane.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

import propane.tensor.FormatException;
import propane.tensor.PropaneException;

import java.io.PrintStream;
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
            PredictCommand.class,
            EstimateCommand.class,
            DoctorCommand.class
        })
public final class Main {
    private static final int FAILED = 1;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description =
                    "Show where in the code an error came from, from your line on; all of it with"
                            + " -Dpropane.stacktrace=all.")
    private boolean stacktrace;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description =
                    "Tell an error as one line of JSON on the error stream: error, rule, place,"
                            + " layer, operands, fix.")
    private boolean json;

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
        Subcommands.addTo(line);
        PrintStream out = System.out;
        // What follows a program's file is the program's own.
        line.getSubcommands().get("run").setStopAtPositional(true);
        line.setExecutionExceptionHandler((error, _, parsed) -> main.tell(error, parsed));
        int code;
        try {
            code = line.execute(args);
        } catch (Throwable error) {
            // Picocli hears exceptions only; a stack or a heap that is full is an error.
            code = main.tell(error, line.getParseResult());
        }
        return code == 0 && isCut(out) ? FAILED : code;
    }

    /** Tells, also on the error stream, whether something printed was lost. */
    private static boolean isCut(PrintStream out) {
        boolean cut = out.checkError();
        if (cut) {
            System.err.println(
                    "propane: standard output took not all that was printed: it is closed, or its"
                            + " disk is full");
        }
        return cut;
    }

    private int tell(Throwable error, ParseResult parsed) {
        System.out.flush();
        if (json) {
            System.err.println(ToldError.of(error).json());
            return code(error, parsed);
        }
        Throwable origin = error instanceof ProgramException ? error.getCause() : error;
        if (stacktrace && origin != null) {
            origin.printStackTrace();
        } else {
            System.err.println(
                    error instanceof PropaneException
                            ? error.getMessage()
                            : subject(parsed) + ProgramSource.shown(error.toString()));
        }
        return code(error, parsed);
    }

    /** A command may have a code of its own for a file that cannot be read. */
    private static int code(Throwable error, ParseResult parsed) {
        return error instanceof FormatException
                ? command(parsed).commandSpec().exitCodeOnExecutionException()
                : FAILED;
    }

    private static ParseResult command(ParseResult parsed) {
        ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        return command;
    }

    /** Returns the file that a command was about, for an error that does not name it. */
    private static String subject(ParseResult parsed) {
        return command(parsed).matchedPositionals().stream()
                .flatMap(positional -> positional.originalStringValues().stream())
                .findFirst()
                .map(file -> ProgramSource.shown(file) + ": ")
                .orElse("");
    }
}
