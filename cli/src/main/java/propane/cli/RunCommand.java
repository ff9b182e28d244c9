package propane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs a Java source file or a jshell script. */
@Command(
        name = "run",
        description = "Runs a Java source file (.java) or a jshell script (.jsh).",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "The program.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ARG", description = "What the program is given.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(file)) {
            throw new ProgramException(file + ": no such file; run takes a .java or a .jsh file");
        }
        System.setProperty(
                "propane.script.dir", file.toAbsolutePath().normalize().getParent().toString());
        String name = file.getFileName().toString();
        if (name.endsWith(".java")) {
            new JavaProgram(file, arguments).run();
            return 0;
        }
        if (name.endsWith(".jsh")) {
            try (var script = new ShellScript(file, arguments)) {
                return script.run();
            }
        }
        throw new ProgramException(
                file + ": run knows Java source files (.java) and jshell scripts (.jsh) only");
    }
}
