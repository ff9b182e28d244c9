package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

final class StandardInputTest {
    @Test
    void aScriptComesOverStandardInput() {
        Run run =
                Run.standardInput(
                        "var n = args.length\nSystem.out.println(n + args[1])", "-x", "y");
        assertThat(run).isEqualTo(new Run(0, "2y\n", ""));
        assertThat(Run.standardInput("/exit 7\n").code()).isEqualTo(7);
        assertThat(Run.standardInput("")).isEqualTo(new Run(0, "", ""));
    }

    @Test
    void aTextWithAMainMethodIsAProgram() {
        assertThat(Run.standardInput("void main(String[] args) { IO.println(args[0]); }", "a"))
                .isEqualTo(new Run(0, "a\n", ""));
        String named =
                """
                record Point(int x) {}
                public class Anything {
                    public static void main(String[] args) {
                        System.out.println(new Point(1));
                    }
                }
                """;
        Run run = Run.standardInput(named);
        // The first class is the one to start.
        assertThat(run.err()).startsWith("standard input: has no main method");
        assertThat(
                        Run.standardInput(
                                named.replace("record Point(int x) {}\n", "")
                                        .replace("new Point(1)", "2")))
                .isEqualTo(new Run(0, "2\n", ""));
    }

    @Test
    void aStatementOutsideMakesItAScript() {
        Run run = Run.standardInput("void main() { System.out.println(1); }\nmain()\n");
        assertThat(run).isEqualTo(new Run(0, "1\n", ""));
    }

    @Test
    void errorsNameStandardInputAndTheLine() {
        assertThat(Run.standardInput("int a = 1\n\nint b = ;\n").err())
                .isEqualTo("standard input:3: illegal start of expression\n");
        assertThat(Run.standardInput("void main() {\n    unknown();\n}\n").err())
                .startsWith("standard input:2: cannot find symbol");
        assertThat(Run.standardInput("void main() {\n    throw new Error(\"why\");\n}\n").err())
                .isEqualTo("standard input:2: java.lang.Error: why\n");
    }

    @Test
    void filesAreLookedForInTheCurrentFolder() {
        Run run =
                Run.standardInput("System.out.println(System.getProperty(\"propane.script.dir\"))");
        assertThat(run.out()).isEqualTo(Path.of("").toAbsolutePath() + "\n");
    }

    @Test
    void aStreamThatCannotBeReadIsOneError() {
        InputStream in = System.in;
        System.setIn(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("Is a directory");
                    }
                });
        try {
            assertThat(Run.command("run", "-"))
                    .isEqualTo(new Run(1, "", "standard input: cannot be read: Is a directory\n"));
        } finally {
            System.setIn(in);
        }
    }
}
