package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import javax.tools.ToolProvider;

/** Libraries of a program: on a class path, and of a Maven repository that only this test has. */
final class LibrariesTest {
    private static final String GREETING =
            """
            package greeting;
            public class Greeting {
                public static final String TEXT = "%s";
                public static String of(String name) { return TEXT + " " + word.Word.of(name); }
            }
            """;
    private static final String WORD =
            """
            package word;
            public class Word {
                public static String of(String name) { return "<" + name + ">"; }
            }
            """;
    private static final String PRINTS =
            "System.out.println(greeting.Greeting.of(args[0]) + greeting.Greeting.TEXT)";

    @TempDir private Path folder;
    private final String home = System.getProperty("user.home");
    private Path classes;

    @BeforeEach
    void makeLibraries() throws IOException {
        classes = compiled("Hello");
        Path settings = Files.createDirectories(folder.resolve("home/.m2")).resolve("settings.xml");
        Files.writeString(
                settings,
                "<settings><offline>true</offline><localRepository>%s</localRepository></settings>"
                        .formatted(folder.resolve("repository")));
        System.setProperty("user.home", folder.resolve("home").toString());
        System.setProperty("propane.programs", folder.resolve("kept").toString());
    }

    @AfterEach
    void setBack() {
        System.setProperty("user.home", home);
        System.clearProperty("propane.programs");
    }

    private Path compiled(String text) throws IOException {
        Path made = Files.createDirectories(folder.resolve("classes"));
        Path greeting = Files.createDirectories(folder.resolve("sources")).resolve("Greeting.java");
        Path word = greeting.resolveSibling("Word.java");
        Files.writeString(greeting, GREETING.formatted(text));
        Files.writeString(word, WORD);
        int code =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                InputStream.nullInputStream(),
                                OutputStream.nullOutputStream(),
                                System.err,
                                "-d",
                                made.toString(),
                                greeting.toString(),
                                word.toString());
        assertThat(code).isZero();
        return made;
    }

    private Path jar(Path file, String... names) throws IOException {
        Files.createDirectories(file.getParent());
        try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
            for (String name : names) {
                jar.putNextEntry(new JarEntry(name));
                jar.write(Files.readAllBytes(classes.resolve(name)));
                jar.closeEntry();
            }
        }
        return file;
    }

    /** Puts an artifact where {@code mvn install} would. */
    private void install(String artifact, String dependencies, String... names) throws IOException {
        Path place = folder.resolve("repository/org/example/" + artifact + "/1.0");
        jar(place.resolve(artifact + "-1.0.jar"), names);
        Files.writeString(
                place.resolve(artifact + "-1.0.pom"),
                """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>%s</artifactId>
                  <version>1.0</version>
                  <dependencies>%s</dependencies>
                </project>
                """
                        .formatted(artifact, dependencies));
    }

    private static String dependency(String artifact, String scope) {
        return "<dependency><groupId>org.example</groupId><artifactId>"
                + artifact
                + "</artifactId><version>1.0</version><scope>"
                + scope
                + "</scope></dependency>";
    }

    private Run run(String ending, String option, String value) throws IOException {
        Path file = folder.resolve("Prints" + ending);
        Files.writeString(
                file,
                ending.equals(".jsh") ? PRINTS : "void main(String[] args) { " + PRINTS + "; }");
        return Run.command("run", option, value, file.toString(), "you");
    }

    @ParameterizedTest
    @ValueSource(strings = {".java", ".jsh"})
    void aProgramFindsFoldersAndJarsOfItsClassPath(String ending) throws IOException {
        var expected = new Run(0, "Hello <you>Hello\n", "");
        assertThat(run(ending, "--class-path", classes.toString())).isEqualTo(expected);

        Path one = jar(folder.resolve("jars/one.jar"), "greeting/Greeting.class");
        Path two = jar(folder.resolve("jars/two.jar"), "word/Word.class");
        String both = one + File.pathSeparator + two;
        assertThat(run(ending, "--class-path", both)).isEqualTo(expected);
        assertThat(run(ending, "--class-path", folder.resolve("jars") + "/*")).isEqualTo(expected);
    }

    @Test
    void aKeptProgramIsCompiledAgainWhenItsLibrariesChange() throws IOException {
        assertThat(run(".java", "--class-path", classes.toString()).out())
                .isEqualTo("Hello <you>Hello\n");
        // The constant is in the program's own classes.
        compiled("Good day");
        assertThat(run(".java", "--class-path", classes.toString()).out())
                .isEqualTo("Good day <you>Good day\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {".java", ".jsh"})
    void anArtifactComesWithWhatItDependsOnWhenItRuns(String ending) throws IOException {
        install(
                "greeting",
                dependency("word", "runtime") + dependency("absent", "test"),
                "greeting/Greeting.class");
        install("word", "", "word/Word.class");
        assertThat(run(ending, "--deps", "org.example:greeting:1.0"))
                .isEqualTo(new Run(0, "Hello <you>Hello\n", ""));
        assertThat(run(ending, "--deps", "org.example:word:1.0,org.example:greeting:1.0").code())
                .isZero();
    }

    /** In a process of its own, since jshell reads the terminal of its process. */
    @Test
    void theInteractiveShellFindsThem() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Duser.home=" + folder.resolve("home"),
                                "--module-path",
                                System.getProperty("jdk.module.path"),
                                "-m",
                                "propane.cli/propane.cli.Main",
                                "shell",
                                "--class-path",
                                classes.toString())
                        .redirectInput(
                                Files.writeString(
                                                folder.resolve("typed"),
                                                "greeting.Greeting.of(\"you\")\n/exit\n")
                                        .toFile())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out).contains("Hello <you>");
    }

    @Test
    void anEstimateOfAProgramTakesThem() throws IOException {
        Path file = folder.resolve("Prints.jsh");
        Files.writeString(file, PRINTS.replace("args[0]", "\"you\""));
        var run = Run.command("estimate", "--class-path", classes.toString(), file.toString());
        assertThat(run.out()).isEqualTo("Hello <you>Hello\n");
        assertThat(run.err()).contains("compiles no training");
    }

    @Test
    void whatIsMissingIsToldInOneLineBeforeTheProgramRuns() throws IOException {
        assertThat(run(".java", "--class-path", folder.resolve("none.jar").toString()))
                .isEqualTo(
                        new Run(
                                1,
                                "",
                                "--class-path: no such file or folder: "
                                        + folder.resolve("none.jar")
                                        + "\n"));
        var absent = run(".java", "--deps", "org.example:absent:1.0");
        assertThat(absent.code()).isEqualTo(1);
        assertThat(absent.out()).isEmpty();
        assertThat(absent.err().lines()).hasSize(1);
        assertThat(absent.err())
                .startsWith("--deps org.example:absent:1.0: ")
                .contains("org.example:absent:jar:1.0", "offline");
        assertThat(run(".jsh", "--deps", "absent").err())
                .startsWith("--deps absent: ")
                .contains("<groupId>:<artifactId>");
    }

    @Test
    void settingsThatCannotBeReadAreNamed() throws IOException {
        Path settings = Files.writeString(folder.resolve("home/.m2/settings.xml"), "<settings");
        assertThat(run(".jsh", "--deps", "org.example:word:1.0").err().lines().toList())
                .singleElement()
                .asString()
                .contains(settings.toString());
    }

    @Test
    void aPathHasNoEntriesWhereNothingStandsBetweenSeparators() throws IOException {
        assertThat(ClassPath.of(File.pathSeparator + File.pathSeparator).entries()).isEmpty();
        assertThat(ClassPath.of(classes + File.pathSeparator).entries())
                .isEqualTo(List.of(classes));
    }
}
