package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.json.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What tools are told of an error, and where a stack trace begins. */
final class ToldErrorTest {
    private static final String WHOLE = "propane.stacktrace";

    private static final String LAYERS =
            """
            Layer sum = (scope, x) -> x.add(x.reshape(-1));
            Model.model(Input.input(3), Layers.sequential(Layers.named("sum", sum)));
            """;

    private final String before = System.getProperty(WHOLE, "");

    @TempDir private Path folder;

    @BeforeEach
    void beginAtTheUsersLine() {
        System.clearProperty(WHOLE);
    }

    @AfterEach
    void restore() {
        System.setProperty(WHOLE, before);
    }

    private Run run(String option, String name, String source) throws IOException {
        Path file = Files.writeString(folder.resolve(name), source);
        return Run.command("run", option, file.toString());
    }

    private Json told(String name, String source) throws IOException {
        Run run = run("--json", name, source);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).endsWith("}\n").containsOnlyOnce("\n");
        return Json.parse(run.err().strip(), "the error stream");
    }

    private static Json sum(String place, String origin) {
        return Json.object()
                .with("error", "ShapeException")
                .with("rule", "add: shapes do not broadcast: [2, 3] and [6]")
                .with("place", place)
                .with("layer", "sum")
                .with(
                        "operands",
                        Json.array(
                                Json.object()
                                        .with("name", "x")
                                        .with("type", "fp32[2, 3]")
                                        .with("origin", "port input"),
                                Json.object()
                                        .with("name", "y")
                                        .with("type", "fp32[6]")
                                        .with("origin", origin)))
                .with("fix", "make axis -1 equal (3 or 6) or 1");
    }

    @Test
    void anErrorOfAProgramIsOneObject() throws IOException {
        String source = "import module propane;\nvoid main() {\n" + LAYERS + "}\n";
        assertThat(told("Sums.java", source))
                .isEqualTo(sum("Sums.java:3", "reshape at Sums.java:3"));
    }

    @Test
    void anErrorOfAScriptHasTheScriptsLine() throws IOException {
        assertThat(told("sums.jsh", "int a = 1\n" + LAYERS))
                .isEqualTo(sum(folder.resolve("sums.jsh") + ":2", "reshape in this snippet"));
    }

    private static Json plain(String error, String rule, String place) {
        return Json.object()
                .with("error", error)
                .with("rule", rule)
                .with("place", place)
                .with("layer", "")
                .with("operands", Json.array())
                .with("fix", "");
    }

    @Test
    void whatPropaneDidNotThrowHasItsTypeAndPlace() throws IOException {
        assertThat(told("Thrown.java", "void main() {\n    throw new Error(\"why\");\n}"))
                .isEqualTo(
                        plain(
                                "java.lang.Error",
                                "java.lang.Error: why",
                                folder.resolve("Thrown.java") + ":2"));
        assertThat(told("wrong.jsh", "int a = 1\nint b = ;\n"))
                .isEqualTo(
                        plain(
                                "ProgramException",
                                "illegal start of expression",
                                folder.resolve("wrong.jsh") + ":2"));
        assertThat(told("Wrong.java", "void main() {\n    return 1;\n}"))
                .isEqualTo(
                        plain(
                                "ProgramException",
                                "incompatible types: unexpected return value",
                                folder.resolve("Wrong.java") + ":2"));
        assertThat(told("data.csv", "1,2").toString()).contains("run knows Java source files");
    }

    @Test
    void aSettingIsAnOperand() throws IOException {
        String source = "import module propane;\nvoid main() {\n    Layers.dense(0);\n}\n";
        assertThat(told("Zero.java", source))
                .isEqualTo(
                        Json.object()
                                .with("error", "PropaneException")
                                .with("rule", "dense: the number of units must be 1 or more, got 0")
                                .with("place", "Zero.java:3")
                                .with("layer", "")
                                .with(
                                        "operands",
                                        Json.array(
                                                Json.object()
                                                        .with("name", "given")
                                                        .with("type", "0")
                                                        .with("origin", "")))
                                .with("fix", "use a number that is 1 or more"));
    }

    @Test
    void ofAFileThePlaceIsTheFileWhereNoLineIsKnown() throws IOException {
        Path file = Files.writeString(folder.resolve("half.csv"), "a,b\n1\n");
        String rule = "has 1 values, the header names 2 columns";
        String read = "Dataset.csv(java.nio.file.Path.of(\"" + file + "\"), \"b\");\n";
        assertThat(told("Half.java", "import module propane;\nvoid main() {\n" + read + "}\n"))
                .isEqualTo(plain("FormatException", rule, file + ":2"));
        assertThat(told("half.jsh", read))
                .isEqualTo(
                        plain(
                                "FormatException",
                                file + ":2: " + rule,
                                folder.resolve("half.jsh") + ":1"));
    }

    @Test
    void everyCommandTellsItsErrorsToTools() {
        for (String command : List.of("estimate", "lint", "describe")) {
            Path missing = folder.resolve("none.mlpackage");
            Run run = Run.command(command, "--json", missing.toString());
            assertThat(run.code()).isEqualTo(command.equals("estimate") ? 1 : 2);
            String error = Json.parse(run.err().strip(), "the error stream").toString();
            assertThat(error).contains("none.mlpackage");
        }
    }

    @Test
    void aProgramThatEndsWellSaysNothing() throws IOException {
        assertThat(run("--json", "Well.java", "void main() { IO.println(1); }"))
                .isEqualTo(new Run(0, "1\n", ""));
    }

    private static String firstFrame(Run run) {
        return run.err().lines().filter(line -> line.startsWith("\tat ")).findFirst().orElse("");
    }

    @Test
    void stackTracesBeginAtTheUsersLine() throws IOException {
        String source = "import module propane;\nvoid main() {\n" + LAYERS + "}\n";
        assertThat(firstFrame(run("--stacktrace", "Sums.java", source))).contains("(Sums.java:3)");
        assertThat(firstFrame(run("--stacktrace", "sums.jsh", LAYERS))).contains("REPL.");
        System.setProperty(WHOLE, "all");
        assertThat(firstFrame(run("--stacktrace", "Sums.java", source))).contains("propane.");
    }
}
