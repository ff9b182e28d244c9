package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs a Java source file or a jshell script. */
@Command(
        name = "run",
        description = {
            "Runs a Java source file (.java) or a jshell script (.jsh).",
            "A program over standard input is Java if it declares a main method and has no"
                    + " statements outside, else a script."
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The program; - stands for standard input.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ARG", description = "What the program is given.")
    private List<String> arguments = List.of();

    @Mixin private Libraries libraries;

    @Override
    public Integer call() throws IOException {
        return run(file, arguments, libraries.classPath());
    }

    /**
     * Runs a program to its end.
     *
     * @return the exit code it asks for
     * @throws ProgramException if it cannot be read, does not compile, or fails
     */
    static int run(Path file, List<String> arguments, ClassPath libraries) throws IOException {
        if (file.toString().equals(ProgramSource.STANDARD_INPUT)) {
            var source = ProgramSource.ofStandardInput(System.in);
            return run(source, ProgramCompiler.isProgram(source), arguments, libraries);
        }
        var source = ProgramSource.of(file);
        return run(source, isJava(source), arguments, libraries);
    }

    private static boolean isJava(ProgramSource source) {
        String name = source.file().getFileName().toString();
        if (!name.endsWith(".java") && !name.endsWith(".jsh")) {
            throw new ProgramException(
                    source.shown()
                            + ": run knows Java source files (.java) and jshell scripts (.jsh)"
                            + " only");
        }
        return name.endsWith(".java");
    }

    private static int run(
            ProgramSource source, boolean java, List<String> arguments, ClassPath libraries)
            throws IOException {
        System.setProperty("propane.script.dir", source.folder().toString());
        if (java) {
            new JavaProgram(source, arguments, libraries).run();
            return 0;
        }
        try (var script = new ShellScript(source, arguments, libraries)) {
            return script.run();
        }
    }
}
