package propane.cli;

import picocli.CommandLine;

import propane.cli.spi.Subcommand;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The commands of others. One that is broken is told and left out: it is not in the way of ours.
 */
final class Subcommands {
    private Subcommands() {}

    static void addTo(CommandLine line) {
        var found = ServiceLoader.load(Subcommand.class).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return;
                }
                line.addSubcommand(found.next());
            } catch (ServiceConfigurationError | CommandLine.PicocliException e) {
                System.err.println("propane: a command of others is left out: " + e.getMessage());
            }
        }
    }
}
