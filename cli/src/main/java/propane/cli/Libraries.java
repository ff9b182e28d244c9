package propane.cli;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;

/** The options by which a command gives programs libraries beside Propane. */
final class Libraries {
    private static final String RESOLVER = "propane-resolver";

    @Option(
            names = "--class-path",
            paramLabel = "PATH",
            description = "Folders and jars of libraries, separated as for java.")
    private String classPath = "";

    @Option(
            names = "--deps",
            paramLabel = "GROUP:ARTIFACT:VERSION",
            split = ",",
            description =
                    "Libraries of Maven Central, or of what Maven's settings name, with what they"
                            + " depend on; fetched where Maven's local repository lacks them.")
    private List<String> dependencies = List.of();

    /**
     * Returns where the libraries lie; fetches what is asked for and not there yet.
     *
     * @throws ProgramException if one is not there and cannot be fetched
     */
    ClassPath classPath() throws IOException {
        var given = ClassPath.of(classPath);
        return dependencies.isEmpty() ? given : given.with(resolved());
    }

    private List<Path> resolved() throws IOException {
        var out = new StringWriter();
        var err = new StringWriter();
        if (run(new PrintWriter(out), new PrintWriter(err)) != 0) {
            throw new ProgramException(
                    "--deps "
                            + ProgramSource.shown(String.join(",", dependencies))
                            + ": "
                            + ProgramSource.shown(err.toString().strip().replace("\n", "; ")));
        }
        return out.toString().lines().map(Path::of).toList();
    }

    /** The resolver and its libraries are loaded here, and for this only. */
    private int run(PrintWriter out, PrintWriter err) throws IOException {
        try (var loader = new URLClassLoader(jars(), ClassLoader.getSystemClassLoader())) {
            for (ToolProvider tool : ServiceLoader.load(ToolProvider.class, loader)) {
                if (tool.name().equals(RESOLVER)) {
                    return tool.run(out, err, dependencies.toArray(String[]::new));
                }
            }
        }
        err.println("this build lacks its resolver; fix: build again (mvn -pl cli -am package)");
        return 1;
    }

    private static URL[] jars() throws IOException {
        Path folder = Path.of(System.getProperty("propane.resolver", "none"));
        List<URL> jars = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            for (Path jar : ClassPath.jars(folder)) {
                jars.add(jar.toUri().toURL());
            }
        }
        return jars.toArray(URL[]::new);
    }
}
