package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Trainings of programs are estimated where they would be compiled, and nothing is trained. */
final class EstimatedProgramTest {
    private static final String DENSE =
            """
            Training sums(int width, int batch) {
                return training(model(input(64), sequential(dense(width), relu(), dense(8))))
                        .loss(meanSquaredError())
                        .optimizer(sgd(0.01))
                        .batch(batch);
            }
            """;

    private static final String IMPORTS =
            """
            import static propane.nn.Input.*;
            import static propane.nn.layer.Layers.*;
            import static propane.nn.loss.Losses.*;
            import static propane.nn.Model.*;
            import static propane.nn.optimizer.Optimizers.*;
            import static propane.train.Training.*;
            import module propane;
            """;

    @TempDir private Path folder;

    private Run estimate(String name, String source, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve(name), source);
        String[] all = new String[more.length + 2];
        all[0] = "estimate";
        all[1] = file.toString();
        System.arraycopy(more, 0, all, 2, more.length);
        return Run.command(all);
    }

    private String inFolder(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aJavaProgramEndsWhereItWouldCompile() throws IOException {
        String source =
                IMPORTS
                        + """
                        void main(String[] args) throws Exception {
                            IO.println("before " + args[0]);
                            try (var trainer = sums(32, 48).compile()) {
                                Files.writeString(Path.of(args[0]), "trained");
                            } catch (Exception e) {
                                Files.writeString(Path.of(args[0]), "caught");
                            }
                        }
                        """
                        + DENSE;
        Path trained = folder.resolve("trained");
        Run run = estimate("Dense.java", source, trained.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(trained).doesNotExist();
        assertThat(run.out())
                .startsWith("before " + trained + "\n" + inFolder("Dense.java") + ":10\n")
                .containsOnlyOnce(", 48 examples: estimated")
                .contains("m4 ", "a18 ", "with --sources");
    }

    @Test
    void anEstimateBeforeItIsCompiledIsThatOfTheTrainer() throws IOException {
        String compile = "try (var trainer = sums(32, 48).compile()) {\n%s\n}\n";
        String planned = estimate("dense.jsh", DENSE + compile.formatted("")).out();
        String print = "System.out.println(trainer.estimate().text());";
        Run run = Run.program(folder.resolve("run.jsh"), DENSE + compile.formatted(print));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(planned).contains(run.out());
    }

    @Test
    void eachTrainingOfAScriptIsTold() throws IOException {
        String source =
                DENSE
                        + """
                        var first = sums(32, 16)
                        var trainer = first.compile()
                        var history = trainer.fit(Dataset.of(new float[2][64], new float[2][8]))
                        Files.writeString(Path.of(args[0]), "left out")
                        int lost = history.epochs().size() + missing
                        System.out.println("left out")
                        var second = sums(64, 32)
                        try (var again = second.compile()) {
                            Files.writeString(Path.of(args[0]), "trained");
                        }
                        /exit 3
                        """;
        Path trained = folder.resolve("trained");
        Run run = estimate("two.jsh", source, "--device", "m4", trained.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(trained).doesNotExist();
        assertThat(run.out())
                .containsSubsequence(
                        inFolder("two.jsh") + ":8\n",
                        ", 16 examples: estimated",
                        inFolder("two.jsh") + ":14\n",
                        ", 32 examples: estimated",
                        "m4 bandwidth")
                .doesNotContain("left out", "m1 ");
    }

    @Test
    void aProgramThatGoesOnIsTakenAtItsWord() throws IOException {
        String source =
                IMPORTS
                        + """
                        void main() {
                            for (int batch : new int[] {16, 32}) {
                                try (var trainer = sums(32, batch).compile()) {
                                    throw new IllegalStateException("not reached");
                                } catch (Error e) {
                                    IO.println(e.getMessage());
                                }
                            }
                        }
                        """
                        + DENSE;
        Run run = estimate("Loop.java", source);
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .containsSubsequence("training 1\n", "16 examples", "training 2\n", "32 examples");
    }

    @Test
    void aProgramFromStandardInputIsEstimated() {
        Run run = Run.withInput(DENSE + "sums(8, 24).compile()\n", "estimate", "-");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("standard input:7\n", "24 examples");
    }

    @Test
    void whatHasNothingToEstimateIsAnError() throws IOException {
        Run none = estimate("None.java", "void main() {}");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).startsWith(inFolder("None.java") + ": compiles no training");

        Run fails = estimate("fails.jsh", "int a = 1\nthrow new Error(\"why\")\n");
        assertThat(fails.err()).isEqualTo(inFolder("fails.jsh") + ":2: java.lang.Error: why\n");

        String talks = "System.out.println(\"started\")\n";
        assertThat(estimate("talks.jsh", talks, "--device", "m44").out()).isEmpty();
    }

    @Test
    void afterwardsTrainingsAreCompiledAgain() throws IOException {
        estimate("dense.jsh", DENSE + "sums(8, 2).compile()\n");
        Run run =
                Run.program(
                        folder.resolve("run.jsh"),
                        DENSE
                                + "try (var trainer = sums(8, 2).compile()) {\n"
                                + "    System.out.println(trainer.steps());\n}\n");
        assertThat(List.of(run.out(), run.err())).containsExactly("0\n", "");
    }
}
