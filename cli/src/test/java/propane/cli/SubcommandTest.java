package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import javax.tools.ToolProvider;

/**
 * The command of the page of extensions, compiled outside of our packages and run as one of ours.
 */
final class SubcommandTest {
    private static final Pattern BLOCK =
            Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern SERVICE =
            Pattern.compile("`META-INF/services/(propane\\.cli[\\w.]+)`[^`]*`(\\w+)`");

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @TempDir private Path folder;

    @BeforeEach
    void compile() throws IOException {
        assumeTrue(Main.class.getModule().isNamed(), "runs as a module, under Maven");
        String page = Files.readString(Path.of("../docs/extending.md"));
        String block =
                BLOCK.matcher(page)
                        .results()
                        .map(found -> found.group(1))
                        .filter(text -> text.contains("propane.cli"))
                        .findFirst()
                        .orElseThrow();
        MatchResult service = SERVICE.matcher(page).results().findFirst().orElseThrow();
        Path file = folder.resolve(service.group(2) + ".java");
        Files.writeString(file, "import module java.base;\nimport module propane;\n" + block);
        int code =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "--module-path",
                                System.getProperty("jdk.module.path"),
                                "--add-modules",
                                "propane.cli,info.picocli",
                                "-proc:none",
                                "-d",
                                folder.toString(),
                                file.toString());
        assertThat(code).isZero();
        provide(service.group(1), service.group(2));
    }

    private void provide(String service, String name) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(service), name + "\n");
        URL[] urls = {folder.toUri().toURL()};
        var loader = new URLClassLoader(urls, Main.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
    }

    @AfterEach
    void forget() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void helpListsItBesideOurs() {
        Run run = Run.command("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("lint", "count", "Counts the operations of a model.");
    }

    @Test
    void itRunsAndItsFailureIsToldAsOurs() {
        Run run = Run.command("count", WrittenPackage.in(folder));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines()).first().asString().startsWith("predict ");

        Run none = Run.command("count", folder.resolve("None.mlpackage").toString());
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("None.mlpackage").doesNotContain("\tat ");
    }

    @Test
    void oneThatIsBrokenIsToldAndNotInTheWay() throws IOException {
        provide("propane.cli.spi.Subcommand", "Nowhere");
        Run run = Run.command("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("lint").doesNotContain("count");
        assertThat(run.err()).contains("a command of others is left out").contains("Nowhere");
    }
}
