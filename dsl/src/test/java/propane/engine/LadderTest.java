package propane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.data.Dataset;
import propane.engine.cpu.CpuEngine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A first step that fails on one engine is made by the next, exactly once. */
class LadderTest {
    private static final int EXAMPLES = 20;

    private final List<String> log = new ArrayList<>();

    /**
     * The CPU, on which a function fails from some run on, and which does first what may be done
     * during an update.
     *
     * @param name its name
     * @param halves whether it is given steps by halves
     * @param function the function that fails
     * @param from the first of its runs that fails, over all programs, counted from 0
     * @param midway whether it fails after it has moved the state
     * @param log what was compiled, ran and was closed
     * @param runs how often each function ran
     */
    private record Failing(
            String name,
            boolean halves,
            String function,
            int from,
            boolean midway,
            List<String> log,
            Map<String, Integer> runs)
            implements Engine {
        @Override
        public boolean usesSplitStep() {
            return halves;
        }

        @Override
        public String describe() {
            return name;
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
            log.add(name + " compiles");
            CompiledProgram compiled = new CpuEngine().compile(program, bindings);
            return new CompiledProgram() {
                @Override
                public boolean run(String wanted) {
                    int run = runs.merge(wanted, 1, Integer::sum) - 1;
                    boolean fails = wanted.equals(function) && run >= from;
                    boolean isFinite = !(fails && !midway) && compiled.run(wanted);
                    if (fails) {
                        log.add(name + " fails");
                        throw new EngineException(name + ": " + wanted + " failed (device 7)");
                    }
                    return isFinite;
                }

                @Override
                public boolean run(String wanted, Runnable meanwhile) {
                    meanwhile.run();
                    return run(wanted);
                }

                @Override
                public DeviceReport report() {
                    return new DeviceReport(name, List.of(), List.of(), 0);
                }

                @Override
                public void close() {
                    log.add(name + " closes");
                    compiled.close();
                    // As if they had lain in memory of its own.
                    program.ports().stream()
                            .filter(port -> port.role() == Role.GRADIENT)
                            .forEach(port -> bindings.segment(port).fill((byte) -1));
                }
            };
        }
    }

    private Failing failing(String name, boolean halves, String function, int from) {
        return new Failing(name, halves, function, from, true, log, new HashMap<>());
    }

    private Failing good(String name, boolean halves) {
        return failing(name, halves, "nothing", 0);
    }

    private static Training training(int accumulate) {
        Model model =
                Model.model(
                        Input.input(5),
                        sequential(dense(8), batchNorm(), relu(), dropout(0.3), dense(3)));
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .gradientAccumulation(accumulate)
                .ema(0.9)
                .batch(12)
                .seed(5);
    }

    private static Dataset data() {
        return Waves.of(EXAMPLES).shuffle(3);
    }

    private record Seen(
            History history,
            Map<String, NDArray> weights,
            DeviceReport report,
            List<Event.DeviceChanged> changes) {}

    private static Seen fitted(Engine engine, int accumulate) {
        var changes = new ArrayList<Event.DeviceChanged>();
        TrainerCallback hears =
                event -> {
                    if (event instanceof Event.DeviceChanged change) {
                        changes.add(change);
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        try (Trainer trainer = training(accumulate).compile(engine)) {
            History history =
                    trainer.fit(
                            data(),
                            Option.epochs(1),
                            Option.validationData(data()),
                            Option.callback(hears));
            return new Seen(history, trainer.weights().arrays(), trainer.report(), changes);
        }
    }

    private static PreferredEngine ladder(Engine... engines) {
        return new PreferredEngine(List.of(engines));
    }

    /** Functions fail after they have done all their work, so that a state would move twice. */
    @ParameterizedTest
    @CsvSource({
        "false, train, 1",
        "false, accumulate, 3",
        "true, gradients, 3",
        "true, update, 1",
        "true, accumulate, 3",
    })
    void aFirstStepThatFailsIsMadeAgainOnTheNext(boolean halves, String function, int accumulate) {
        Seen expected = fitted(ladder(good("B", halves), new CpuEngine()), accumulate);
        log.clear();
        Seen seen =
                fitted(
                        ladder(
                                failing("A", halves, function, 0),
                                good("B", halves),
                                new CpuEngine()),
                        accumulate);
        assertThat(seen.history()).isEqualTo(expected.history());
        assertThat(seen.weights()).isEqualTo(expected.weights());
        assertThat(expected.changes()).isEmpty();
        assertThat(seen.changes())
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.step()).isPositive();
                    assertThat(change.device()).isEqualTo(seen.report());
                });
        assertThat(seen.report().device()).isEqualTo("B");
        assertThat(seen.report().passedOver())
                .containsExactly("A: its first step failed: " + function + " failed (device 7)");
        // The batches of 8 that follow do not ask A again.
        assertThat(log.subList(0, 4))
                .containsExactly("A compiles", "A fails", "A closes", "B compiles");
        assertThat(log.stream().filter("A compiles"::equals)).hasSize(1);
        assertThat(log.stream().filter(line -> line.endsWith(" closes")))
                .hasSameSizeAs(log.stream().filter(line -> line.endsWith(" compiles")).toList());
    }

    @Test
    void severalRungsMayFail() {
        Seen expected = fitted(ladder(good("B", true), new CpuEngine()), 1);
        Seen seen =
                fitted(
                        ladder(
                                failing("A", true, "update", 0),
                                failing("B", true, "gradients", 0),
                                new CpuEngine()),
                        1);
        assertThat(seen.weights()).isEqualTo(expected.weights());
        assertThat(seen.report().device()).startsWith("CPU (");
        assertThat(seen.report().passedOver())
                .containsExactly(
                        "A: its first step failed: update failed (device 7)",
                        "B: its first step failed: gradients failed (device 7)");
    }

    @Test
    void aLaterFailureIsAnError() {
        try (Trainer trainer =
                training(1).compile(ladder(failing("A", true, "gradients", 1), new CpuEngine()))) {
            trainer.step(data().take(12).all());
            assertThatThrownBy(() -> trainer.step(data().take(12).all()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("A: gradients failed (device 7)");
            assertThat(trainer.report().passedOver()).isEmpty();
        }
    }

    @Test
    void theOnlyEngineIsNotLeft() {
        var only = new Failing("A", true, "gradients", 0, false, log, new HashMap<>());
        var engines = ladder(only, new CpuEngine()).required();
        try (Trainer trainer = training(1).compile(engines)) {
            var before = trainer.weights();
            assertThatThrownBy(() -> trainer.step(data().take(12).all()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("A: gradients failed (device 7)");
            assertThat(trainer.weights()).isEqualTo(before);
        }
    }

    /** Engines are values: what one training saw of a device says nothing of another's. */
    @Test
    void everyTrainingAsksAnew() {
        var once = new Failing("A", true, "gradients", 0, true, log, new HashMap<>());
        var engines = ladder(once, new CpuEngine());
        fitted(engines, 1);
        log.clear();
        fitted(engines, 1);
        assertThat(log).startsWith("A compiles", "A fails");
    }

    @Test
    void runsAfterTheFirstAllocateNothing() {
        Tensor x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(4))).tensor();
        Program program = Program.of(Program.Function.of("twice", List.of(result(x.add(x)))));
        var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Bindings bindings = Bindings.allocate(program.ports());
                CompiledProgram compiled =
                        ladder(new Idle(), new CpuEngine()).compile(program, bindings)) {
            compiled.run("twice");
            bean.getCurrentThreadAllocatedBytes();
            long before = bean.getCurrentThreadAllocatedBytes();
            boolean isFinite = true;
            for (int i = 0; i < 1_000; i++) {
                isFinite &= compiled.run("twice") && compiled.run("twice", Idle.NOTHING);
            }
            long allocated = bean.getCurrentThreadAllocatedBytes() - before;
            assertThat(isFinite).isTrue();
            assertThat(allocated).as("bytes of 2,000 runs").isLessThan(1_000);
        }
    }

    private static Program.Output result(Tensor value) {
        return Program.Output.result("y", value);
    }

    /** An engine whose programs do nothing. */
    private record Idle() implements Engine {
        private static final Runnable NOTHING = () -> {};

        @Override
        public String name() {
            return "idle";
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
            return new CompiledProgram() {
                @Override
                public boolean run(String function) {
                    return true;
                }

                @Override
                public DeviceReport report() {
                    return new DeviceReport(name(), List.of(), List.of(), 0);
                }

                @Override
                public void close() {}
            };
        }
    }
}
