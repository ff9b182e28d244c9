package propane.cli;

import jdk.jshell.tool.JavaShellToolBuilder;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Opens an interactive jshell with everything imported. */
@Command(
        name = "shell",
        description = "Opens jshell with everything of Propane imported.",
        mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
    @Mixin private Libraries libraries;

    @Override
    public Integer call() throws Exception {
        var classPath = libraries.classPath();
        Path startup = startup();
        try {
            List<String> arguments = new ArrayList<>(UserModules.options());
            // In this process: natives, flags and System.exit behave as in a program.
            arguments.addAll(List.of("--execution", "local", "--startup", startup.toString()));
            if (!classPath.isEmpty()) {
                arguments.addAll(List.of("--class-path", classPath.text()));
            }
            return JavaShellToolBuilder.builder().start(arguments.toArray(String[]::new));
        } finally {
            Files.deleteIfExists(startup);
        }
    }

    private static Path startup() {
        try {
            Path file = Files.createTempFile("propane", ".jsh");
            return Files.write(file, Imports.statements());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
