package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

final class ShellScriptTest {
    @TempDir private Path folder;

    private Run run(String source, String... arguments) throws IOException {
        return Run.program(folder.resolve("script.jsh"), source, arguments);
    }

    private String at(int line) {
        return folder.resolve("script.jsh") + ":" + line + ": ";
    }

    @Test
    void aScriptSeesTheModuleTheWordsAndItsArguments() throws IOException {
        var run =
                run(
                        """
                        #!/usr/bin/env propane
                        // statements need no semicolon
                        var first = args[0]

                        System.out.println(first + args.length + Shape.shape(1) + shape(2))
                        """,
                        "a \"b\" \\c",
                        "-d");
        assertThat(run).isEqualTo(new Run(0, "a \"b\" \\c2[1][2]\n", ""));
    }

    @Test
    void statementsMayGoOnOverLines() throws IOException {
        var run =
                run(
                        """
                        int twice(int a) {
                            return later(a) * 2;
                        }
                        int later(int a) { return a; } record P(int a) {}
                        var list = Stream.of(1, 2)
                            .map(i -> i + 1)
                            .toList()
                        if (list.isEmpty()) { System.out.println("empty"); }
                        else { System.out.println(list); }
                        System.out.println(twice(21)); System.out.println(new P(3))
                        /exit
                        """);
        assertThat(run).isEqualTo(new Run(0, "[2, 3]\n42\nP[a=3]\n", ""));
    }

    @Test
    void anErrorOfSyntaxIsFoundBeforeAnythingRuns() throws IOException {
        var run =
                run(
                        """
                        System.out.println("never")

                        int b = ;
                        """);
        assertThat(run).isEqualTo(new Run(1, "", at(3) + "illegal start of expression\n"));
    }

    @Test
    void anUnknownNameInABodyStopsTheScriptWhereItStands() throws IOException {
        var run =
                run(
                        """
                        System.out.println("before")
                        // has a typo
                        int f() {
                            int b = 1;
                            return b + gohst(b);
                        }
                        System.out.println("never")
                        """);
        assertThat(run)
                .isEqualTo(new Run(1, "before\n", at(5) + "cannot find method gohst(int)\n"));
    }

    @Test
    void anUnknownNameInATypeStopsTheScript() throws IOException {
        var run = run("record R(int a) {\n    int b() { return c; }\n}\n");
        assertThat(run).isEqualTo(new Run(1, "", at(2) + "cannot find variable c\n"));
    }

    @Test
    void aNameThatIsDeclaredLaterDifferentlyIsFoundAtTheEnd() throws IOException {
        var run =
                run(
                        """
                        int f() {
                            return g("text");
                        }
                        int g(int a) { return a; }
                        """);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith(at(2) + "incompatible types");
    }

    @Test
    void anErrorOfTypesStopsTheScript() throws IOException {
        var run = run("int a = 2\nint c =\n    a +\n    \"text\"\nSystem.out.println(a)\n");
        assertThat(run.err()).startsWith(at(3) + "incompatible types");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anExceptionIsToldWithTheLineThatThrewIt() throws IOException {
        var run =
                run(
                        """
                        // comment
                        void g() {
                            throw new IllegalStateException("deep");
                        }


                        g()
                        System.out.println("never")
                        """);
        assertThat(run)
                .isEqualTo(new Run(1, "", at(3) + "java.lang.IllegalStateException: deep\n"));
    }

    @Test
    void anExceptionOutOfTheLibraryIsToldWithTheScriptsLine() throws IOException {
        var run = run("var none = new ArrayList<String>()\n\nnone\n    .getFirst()\n");
        assertThat(run.err()).startsWith(at(4)).contains("NoSuchElementException");
    }

    @Test
    void anErrorOfPropaneIsItsTextAfterThePlace() throws IOException {
        var run = run("\nthrow new ShapeException(\"the rule and the fix\")\n");
        assertThat(run).isEqualTo(new Run(1, "", at(2) + "the rule and the fix\n"));
    }

    @Test
    void theScriptChoosesItsExitCode() throws IOException {
        assertThat(run("System.out.println(1)\n/exit 7\nnever\n")).isEqualTo(new Run(7, "1\n", ""));
    }

    @Test
    void commandsOfTheInteractiveShellAreRefused() throws IOException {
        assertThat(run("int a = 1\n/vars\n").err()).startsWith(at(2) + "/vars is a command");
        assertThat(run("/exit when done\n").err()).startsWith(at(1));
    }

    @Test
    void aScriptThatEndsInTheMiddleIsRefused() throws IOException {
        var run = run("int a = 1\nint g() {\n    return 1;\n// the end\n");
        assertThat(run)
                .isEqualTo(
                        new Run(1, "", at(2) + "the script ends before what begins here does\n"));
    }
}
