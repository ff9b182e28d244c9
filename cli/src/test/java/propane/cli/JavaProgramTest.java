package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

final class JavaProgramTest {
    @TempDir private Path folder;

    @AfterEach
    void forgetTheStore() {
        System.clearProperty("propane.programs");
    }

    @Test
    void aCompactProgramSeesTheModuleAndItsArguments() throws IOException {
        var run =
                Run.program(
                        folder.resolve("Hello.java"),
                        """
                        import module propane;

                        void main(String[] args) {
                            IO.println(Shape.shape(2, 3) + " " + List.of(args));
                        }
                        """,
                        "--help",
                        "a b");
        assertThat(run).isEqualTo(new Run(0, "[2, 3] [--help, a b]\n", ""));
    }

    @Test
    void anOrdinaryClassMayUseTheClassBesideIt() throws IOException {
        Files.writeString(
                folder.resolve("Beside.java"),
                "class Beside { static String text() { return \"beside\"; } }");
        String source =
                """
                public class Start {
                    public static void main(String[] args) {
                        System.out.println(Beside.text());
                    }
                }
                """;
        System.setProperty("propane.programs", folder.resolve("kept").toString());
        assertThat(Run.program(folder.resolve("Start.java"), source).out()).isEqualTo("beside\n");

        Files.writeString(
                folder.resolve("Beside.java"),
                "class Beside { static String text() { return \"changed\"; } }");
        assertThat(Run.program(folder.resolve("Start.java"), source).out()).isEqualTo("changed\n");
    }

    @Test
    void anUnchangedProgramIsNotCompiledAgain() throws IOException {
        Path kept = folder.resolve("kept");
        System.setProperty("propane.programs", kept.toString());
        Path file = folder.resolve("Twice.java");
        String source = "void main() { IO.println(\"first\"); }";
        assertThat(Run.program(file, source).out()).isEqualTo("first\n");
        Path main;
        try (var found = Files.walk(kept)) {
            main = found.filter(each -> each.endsWith("Twice.class")).findFirst().orElseThrow();
        }
        var made = Files.getLastModifiedTime(main);
        assertThat(Run.program(file, source).out()).isEqualTo("first\n");
        assertThat(Files.getLastModifiedTime(main)).isEqualTo(made);

        assertThat(Run.program(file, source.replace("first", "second")).out())
                .isEqualTo("second\n");
    }

    /** As a power cut, or anybody, may leave what was kept. */
    @Test
    void aProgramThatWasDamagedIsCompiledAgain() throws IOException {
        Path kept = folder.resolve("kept");
        System.setProperty("propane.programs", kept.toString());
        Path file = folder.resolve("Whole.java");
        String source = "void main() { IO.println(\"whole\"); }";
        assertThat(Run.program(file, source).out()).isEqualTo("whole\n");
        List<Path> all;
        try (var found = Files.walk(kept)) {
            all = found.filter(Files::isRegularFile).toList();
        }
        assertThat(all).hasSize(4);
        for (Path each : all) {
            byte[] bytes = Files.readAllBytes(each);
            Files.write(each, new byte[bytes.length]);
            assertThat(Run.program(file, source)).isEqualTo(new Run(0, "whole\n", ""));
            Files.delete(each);
            assertThat(Run.program(file, source)).isEqualTo(new Run(0, "whole\n", ""));
        }
        try (var found = Files.list(kept)) {
            assertThat(found).hasSize(1);
        }
    }

    @Test
    void classesThatWereDamagedAreMadeAgain() throws IOException {
        Path kept = folder.resolve("kept");
        System.setProperty("propane.programs", kept.toString());
        Path file = folder.resolve("Kept.java");
        String source = "void main() { IO.println(\"whole\"); }";
        Run.program(file, source);
        try (var found = Files.walk(kept)) {
            Path main = found.filter(each -> each.endsWith("Kept.class")).findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(main);
            bytes[bytes.length / 2] ^= 1;
            Files.write(main, bytes);
        }
        assertThat(Run.program(file, source)).isEqualTo(new Run(0, "whole\n", ""));
    }

    @Test
    void whatCannotBeKeptRunsAllTheSame() throws IOException {
        Path file = Files.writeString(folder.resolve("no-folder"), "");
        System.setProperty("propane.programs", file.resolve("kept").toString());
        assertThat(Run.program(folder.resolve("Runs.java"), "void main() { IO.println(1); }"))
                .isEqualTo(new Run(0, "1\n", ""));
    }

    @Test
    void whatKilledCompilersLeftIsSwept() throws IOException {
        Path kept = folder.resolve("kept");
        System.setProperty("propane.programs", kept.toString());
        Path left = Files.createDirectories(kept.resolve("compiling123"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(7200)));
        Path now = Files.createDirectories(kept.resolve("compiling456"));
        Run.program(folder.resolve("Sweeps.java"), "void main() {}");
        assertThat(left).doesNotExist();
        assertThat(now).exists();
    }

    @Test
    void aProgramKeepsItsClassesWhenItsSourceIsStartedChanged() throws IOException {
        System.setProperty("propane.programs", folder.resolve("kept").toString());
        Path file = folder.resolve("Lives.java");
        Path kept = folder.resolve("kept");
        String source =
                """
                void main() throws Exception {
                    try (var files = Files.walk(Path.of("%s"))) {
                        for (var each : files.sorted(Comparator.reverseOrder()).toList()) {
                            Files.delete(each);
                        }
                    }
                    IO.println(new Late());
                }

                record Late() {}
                """
                        .formatted(kept);
        assertThat(Run.program(file, source)).isEqualTo(new Run(0, "Late[]\n", ""));
    }

    @Test
    void eachErrorOfTheCompilerHasItsPlace() throws IOException {
        Path file = folder.resolve("Wrong.java");
        var run =
                Run.program(
                        file,
                        """
                        void main() {
                            int a = "text";
                            unknown();
                        }
                        """);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith(file + ":2: incompatible types")
                .contains("\n" + file + ":3: cannot find symbol");
    }

    @Test
    void anUncaughtExceptionIsOneLineWithItsPlace() throws IOException {
        Path file = folder.resolve("Thrown.java");
        String source =
                """
                void main() {
                    List.of(1).forEach(i -> deep(i));
                }

                void deep(int i) {
                    throw new IllegalStateException("i is " + i);
                }
                """;
        assertThat(Run.program(file, source))
                .isEqualTo(new Run(1, "", file + ":6: java.lang.IllegalStateException: i is 1\n"));
    }

    @Test
    void anErrorOfPropaneIsItsTextWithTheUsersLine() throws IOException {
        var run =
                Run.program(
                        folder.resolve("Shapes.java"),
                        """
                        import module propane;

                        void main() {
                            throw new ShapeException("the rule\\n    fix: the fix");
                        }
                        """);
        assertThat(run)
                .isEqualTo(new Run(1, "", "the rule\n    at Shapes.java:4\n    fix: the fix\n"));
    }

    @Test
    void theStackIsShownWhenAskedFor() throws IOException {
        Path file = folder.resolve("Traced.java");
        Files.writeString(file, "void main() { throw new Error(\"why\"); }");
        assertThat(Run.command("run", "--stacktrace", file.toString()).err())
                .startsWith("java.lang.Error: why\n\tat ")
                .contains("Traced.java:1");
        assertThat(Run.command("--stacktrace", "run", file.toString()).err())
                .contains("Traced.java:1");
    }

    @Test
    void aProgramWithoutMainIsToldSo() throws IOException {
        Path file = folder.resolve("Idle.java");
        assertThat(Run.program(file, "class Idle { private static void main() {} }").err())
                .startsWith(file + ": has no main method");
        assertThat(Run.program(file, "// nothing\n").err())
                .startsWith(file + ": declares no class");
    }

    @Test
    void onlyProgramsAreRun() throws IOException {
        Path file = folder.resolve("data.csv");
        assertThat(Run.program(file, "1,2").err()).startsWith(file + ": run knows");
        assertThat(Run.command("run", "absent.java").err()).startsWith("absent.java: no such file");
        assertThat(Run.command("run").code()).isEqualTo(2);
    }

    @Test
    void theFolderOfTheScriptIsNamed() throws IOException {
        var run =
                Run.program(
                        folder.resolve("Where.java"),
                        "void main() { IO.println(System.getProperty(\"propane.script.dir\")); }");
        assertThat(run.out()).isEqualTo(folder.toAbsolutePath() + "\n");
    }

    @Test
    void propertiesAreSetBeforeOrAfterTheCommand() throws IOException {
        Path file = folder.resolve("Property.java");
        Files.writeString(file, "void main() { IO.println(System.getProperty(\"a.b\")); }");
        try {
            assertThat(Run.command("-Da.b=c=d", "run", file.toString()).out()).isEqualTo("c=d\n");
            assertThat(Run.command("run", "-Da.b", file.toString()).out()).isEqualTo("\n");
            assertThat(Run.command("run", file.toString(), "-Da.b=e").out()).isEqualTo("\n");
        } finally {
            System.clearProperty("a.b");
        }
    }
}
