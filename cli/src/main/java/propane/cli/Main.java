package propane.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code propane}. */
@Command(name = "propane", mixinStandardHelpOptions = true, version = "propane 0.1.0")
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
