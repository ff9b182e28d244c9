package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.optimizer.Optimizers.adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import propane.engine.Engine;
import propane.ffm.NativeMemory;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.loss.Losses;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.tensor.EngineException;
import propane.train.trace.StepPrograms;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What takes memory and fails gives it back. */
@Timeout(120)
class GivenBackTest {
    private static Training training(Layer layer) {
        return Training.training(model(Input.input(100), layer))
                .loss(Losses.meanSquaredError())
                .optimizer(adam(1e-3))
                .batch(4);
    }

    @Test
    void aThousandFailedCompilesHoldNothing() {
        Layer fails =
                (scope, x) -> {
                    var path = scope.path();
                    var weight =
                            scope.weight(
                                    "weight",
                                    propane.tensor.Shape.shape(100, 100),
                                    (_, _, _) -> {
                                        throw new IllegalStateException(path);
                                    });
                    return x.matmul(weight);
                };
        Training training = training(fails);
        long before = NativeMemory.held();
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> training.compile(Engine.cpu()))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(NativeMemory.held()).isEqualTo(before);
    }

    @Test
    void anEngineThatFailsLeavesNoFrame() {
        long before = NativeMemory.held();
        assertThatThrownBy(() -> training(dense(50)).compile(new Failing()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("not today");
        assertThat(NativeMemory.held()).isEqualTo(before);
    }

    /** An engine that takes everything and compiles nothing. */
    private static final class Failing implements Engine {
        @Override
        public String name() {
            return "failing";
        }

        @Override
        public String describe() {
            return name();
        }

        @Override
        public Verdict available() {
            return Verdict.yes();
        }

        @Override
        public Verdict supports(Program program) {
            return Verdict.yes();
        }

        @Override
        public CompiledProgram compile(Program program, Bindings bindings) {
            throw new EngineException("not today");
        }
    }

    @Test
    void aFrameLivesAsLongAsWhatIsCompiledOverIt() {
        var step = new StepPrograms(training(dense(5)).spec(), 4, false);
        Program program = Program.of(step.predict());
        long before = NativeMemory.held();
        Bindings bindings = Bindings.allocate(program.ports());
        CompiledProgram compiled = Engine.cpu().compile(program, bindings);
        bindings.close();
        bindings.close();
        assertThat(compiled.run("predict")).isTrue();
        assertThatThrownBy(() -> bindings.read("output"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("bindings: they are closed");
        assertThatThrownBy(() -> bindings.sharing(program.ports()))
                .hasMessageContaining("bindings: they are closed");
        compiled.close();
        compiled.close();
        assertThat(NativeMemory.held()).isEqualTo(before);
        assertThatThrownBy(() -> compiled.run("predict"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("CPU: the program is closed, by the thread");
    }

    @Test
    void aForgottenTrainerIsFreedWithOneWarningThatNamesItsLine() throws InterruptedException {
        long before = NativeMemory.held();
        PrintStream stderr = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            stranger.Forgets.trainer(training(dense(50)));
            for (int i = 0; i < 1_000 && NativeMemory.held() > before; i++) {
                System.gc();
                Thread.sleep(5);
            }
        } finally {
            System.setErr(stderr);
        }
        assertThat(NativeMemory.held()).isEqualTo(before);
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "warning: a trainer compiled at Forgets.java:12 was never closed; its"
                                + " memory is freed now. Use it within try (var … = …) { … }");
    }
}
