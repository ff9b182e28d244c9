package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs that no editor would make, or that break the compilers: one line with the file. */
final class HostileProgramsTest {
    private static final String MARK = "\ufeff";

    @TempDir private Path folder;

    private static String sum(int terms) {
        return "1" + " + a".repeat(terms);
    }

    private static void isOneLine(Run run, String... words) {
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains(words).doesNotContain("\tat ");
    }

    @Test
    void whatNestsTooDeepForTheCompilersIsOneLine() throws IOException {
        Path java = folder.resolve("Deep.java");
        String deep = "void main() {\n    int a = 1;\n    int b = " + sum(20_000) + ";\n}\n";
        isOneLine(Run.program(java, deep), java + ": nests too deep", "cut the longest expression");

        Path script = folder.resolve("deep.jsh");
        isOneLine(
                Run.program(script, "int a = 1\n\nint b = " + sum(20_000) + "\n"),
                script + ":3: nests too deep");

        Path parentheses = folder.resolve("Parentheses.java");
        String many = "void main() { int a = " + "(".repeat(9_000) + "1" + ")".repeat(9_000);
        isOneLine(Run.program(parentheses, many + "; }"), parentheses + ": nests too deep");
    }

    /** Where exactly its stack ends, the compiler prints a report of its own. */
    @Test
    void noDepthBringsTheReportOfTheCompiler() throws IOException {
        for (int depth = 500; depth <= 4_000; depth += 250) {
            Path script = folder.resolve("depth" + depth + ".jsh");
            var run = Run.program(script, "String text = " + "(".repeat(depth) + "\"a\";\n");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err().lines()).hasSize(1);
            assertThat(run.err()).startsWith(script.toString()).doesNotContain("file a bug");
        }
    }

    @Test
    void theTraceOfACompilerIsShownWhenAskedFor() throws IOException {
        Path file = folder.resolve("deep.jsh");
        Files.writeString(file, "int a = 1\nint b = " + sum(20_000) + "\n");
        assertThat(Run.command("run", "--stacktrace", file.toString()).err())
                .startsWith("java.lang.StackOverflowError")
                .contains("\tat jdk.compiler/");
    }

    @Test
    void whateverACompilerThrowsBecomesAnErrorWithThePlace() {
        Throwable inner = new NullPointerException("cannot read\n\"x\"");
        ProgramException told =
                CompilerFailure.at("a.java", new IllegalStateException("wrapped", inner));
        assertThat(told)
                .hasMessageStartingWith("a.java: Java's compiler fails on it (")
                .hasMessageContaining("NullPointerException: cannot read\\n\"x\"")
                .hasCause(inner);
        assertThat(CompilerFailure.at("a.jsh:2", new OutOfMemoryError("Java heap space")))
                .hasMessageStartingWith("a.jsh:2: is too large")
                .hasMessageContaining("Java heap space")
                .hasMessageContaining("-Xmx");
    }

    @Test
    void errorsOfAProgramAreOneLineWithItsPlace() throws IOException {
        Path java = folder.resolve("Endless.java");
        isOneLine(
                Run.program(java, "void main() {\n    f(1);\n}\n\nint f(int a) { return f(a); }\n"),
                java + ":5: java.lang.StackOverflowError");
        Path script = folder.resolve("full.jsh");
        isOneLine(
                Run.program(script, "int a = 1\nthrow new OutOfMemoryError(\"Java heap space\")\n"),
                script + ":2: java.lang.OutOfMemoryError: Java heap space");
    }

    @Test
    void anErrorThatNamesNoFileGetsTheFilesName() throws IOException {
        Path file = folder.resolve("Hello.java");
        try {
            System.setProperty("propane.programs", "no\0path");
            isOneLine(Run.program(file, "void main() {}"), file + ": ", "InvalidPathException");
        } finally {
            System.clearProperty("propane.programs");
        }
    }

    @Test
    void byteOrderMarksAndLineEndsOfWindowsAreRead() throws IOException {
        String java =
                """
                void main() {
                    IO.println(Beside.TEXT.length());
                    IO.println(\"""
                        a
                        b\""".length());
                    throw new Error("fifth");
                }
                """;
        Files.writeString(
                folder.resolve("Beside.java"),
                MARK + "class Beside {\r\n    static final String TEXT = \"four\";\r\n}\r\n");
        Path file = folder.resolve("Marked.java");
        assertThat(Run.program(file, MARK + java.replace("\n", "\r\n")))
                .isEqualTo(new Run(1, "4\n3\n", file + ":6: java.lang.Error: fifth\n"));

        Path script = folder.resolve("marked.jsh");
        String text =
                "#!/usr/bin/env propane\n"
                        + "int twice(int a) {\n"
                        + "    return 2 * a;\n"
                        + "}\n\n"
                        + "boom(twice(1))\n";
        assertThat(Run.program(script, MARK + text.replace("\n", "\r\n")).err())
                .startsWith(script + ":6: cannot find symbol");
        assertThat(Run.program(script, text.replace("\n", "\r").replace("boom", "twice")))
                .isEqualTo(new Run(0, "", ""));
    }

    @Test
    void whatIsNoProgramIsNamed() throws IOException {
        Path folderOfScript = Files.createDirectory(folder.resolve("folder.jsh"));
        isOneLine(Run.command("run", folderOfScript.toString()), folderOfScript + ": is a folder");

        Path empty = folder.resolve("Empty.java");
        isOneLine(Run.program(empty, ""), empty + ": declares no class and no main method");
        assertThat(Run.program(folder.resolve("empty.jsh"), "")).isEqualTo(new Run(0, "", ""));

        Path utf16 = folder.resolve("Wide.java");
        Files.writeString(utf16, "void main() {}", StandardCharsets.UTF_16);
        isOneLine(Run.command("run", utf16.toString()), utf16 + ": is no text in UTF-8");

        Path large = folder.resolve("Large.java");
        Files.write(large, new byte[17 << 20]);
        isOneLine(Run.command("run", large.toString()), large + ": is larger than 16 MB");
    }

    @Test
    void classFilesBesideAProgramAreNotTaken() throws IOException {
        // Of another version, with a source beside it and without.
        byte[] wrong = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0, 99};
        Files.write(folder.resolve("Beside.class"), wrong);
        Path file = folder.resolve("Uses.java");
        String source = "void main() {\n    IO.println(Beside.TEXT);\n}\n";
        assertThat(Run.program(file, source).err()).startsWith(file + ":2: cannot find symbol");
        Files.writeString(
                folder.resolve("Beside.java"), "class Beside { static String TEXT = \"source\"; }");
        Files.write(folder.resolve("Beside.class"), wrong);
        assertThat(Run.program(file, source)).isEqualTo(new Run(0, "source\n", ""));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNameMayHoldAnyCharacter() throws IOException {
        isOneLine(
                Run.program(folder.resolve("two\nlines.jsh"), "int a = ;\n"),
                folder + "/two\\nlines.jsh:1: illegal start");
        isOneLine(
                Run.command("run", folder.resolve("no\033[31m\n.jsh").toString()),
                folder + "/no\\u001b[31m\\n.jsh: no such file");
        Path long_ = folder.resolve("L".repeat(245) + ".java");
        System.setProperty("propane.programs", folder.resolve("kept").toString());
        try {
            assertThat(Run.program(long_, "void main() { IO.println(1); }"))
                    .isEqualTo(new Run(0, "1\n", ""));
        } finally {
            System.clearProperty("propane.programs");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileThatCannotBeReadIsSaidSo() throws IOException {
        Path memory = Path.of("/proc/self/mem");
        assumeTrue(Files.isRegularFile(memory), "a file that fails on reading, also for root");
        Path link = Files.createSymbolicLink(folder.resolve("memory.jsh"), memory);
        isOneLine(Run.command("run", link.toString()), link + ": cannot be read: ");
        assertThat(ProgramSource.reason(new AccessDeniedException("a")))
                .isEqualTo("permission denied");
    }

    @Test
    void whatIsPrintedMustArrive() throws IOException {
        Path file = folder.resolve("talks.jsh");
        Files.writeString(file, "System.out.println(1)\n");
        PrintStream out = System.out;
        try {
            for (String[] command : new String[][] {{"--help"}, {"run", file.toString()}}) {
                System.setOut(new PrintStream(new FullStream(), false, StandardCharsets.UTF_8));
                assertThat(Main.execute(command)).as(String.join(" ", command)).isEqualTo(1);
            }
        } finally {
            System.setOut(out);
        }
    }

    /** A stream on which nothing fits any more. */
    private static final class FullStream extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("No space left on device");
        }
    }
}
