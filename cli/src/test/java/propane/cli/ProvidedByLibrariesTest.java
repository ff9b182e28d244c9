package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.tools.ToolProvider;

/** What a program's libraries provide as services is found, in Java programs and in scripts. */
final class ProvidedByLibrariesTest {
    private static final String EXPORTER =
            """
            import module java.base;
            import module propane;
            public final class Nothing implements Exporter {
                public String name() { return "nothing"; }
                public List<String> suffixes() { return List.of(".none"); }
                public Written predictor(ModelExport model, Path path) { return Written.whole(); }
            }
            """;
    private static final String PRINTS =
            "System.out.println(propane.spi.Exporter.of(Path.of(\"a.none\")).name());";

    @TempDir private Path folder;
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private Path library;

    @BeforeEach
    void compile() throws IOException {
        assumeTrue(Main.class.getModule().isNamed(), "runs as a module, under Maven");
        library = Files.createDirectories(folder.resolve("library"));
        Path file = folder.resolve("Nothing.java");
        Files.writeString(file, EXPORTER);
        String path = System.getProperty("jdk.module.path");
        String[] options = {
            "--module-path", path, "--add-modules", "propane", "-d", "" + library, "" + file
        };
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options)).isZero();
        Path services = Files.createDirectories(library.resolve("META-INF/services"));
        Files.writeString(services.resolve("propane.spi.Exporter"), "Nothing\n");
        System.setProperty("propane.programs", folder.resolve("kept").toString());
    }

    @AfterEach
    void setBack() {
        System.clearProperty("propane.programs");
        Thread.currentThread().setContextClassLoader(before);
    }

    private Run run(String name, String source) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, source);
        return Run.command("run", "--class-path", library.toString(), file.toString());
    }

    @Test
    void inAJavaProgram() throws IOException {
        Run run = run("Asks.java", "void main() { " + PRINTS + " }");
        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("nothing");
    }

    @Test
    void inAScript() throws IOException {
        Run run = run("asks.jsh", PRINTS);
        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("nothing");
    }

    @Test
    void inNoOtherProgram() throws IOException {
        run("asks.jsh", PRINTS);
        Run run = Run.command("run", folder.resolve("asks.jsh").toString());
        assertThat(run.err()).contains("a.none: there is no exporter for a file of this name");
    }
}
