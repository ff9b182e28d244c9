package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import propane.engine.Engine;
import propane.ffm.shim.ShimModel;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.EngineException;
import propane.train.Trainer;
import propane.train.Training;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Loads that are late are told of as long as they run, and do not pile up. */
class LateLoadsTest {
    private static final LoadTarget NEURAL_ENGINE =
            target("Neural Engine", ShimModel.Units.CPU_AND_NEURAL_ENGINE);
    private static final LoadTarget GPU = target("GPU", ShimModel.Units.CPU_AND_GPU);

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static LoadTarget target(String engine, ShimModel.Units units) {
        return new LoadTarget(engine, units, Duration.ofMinutes(2));
    }

    @Test
    void theyAreToldOfUntilTheyEnd() {
        var late = new LateLoads(running::get, nanos::get);
        assertThat(late.notes()).isEmpty();
        running.set(1);
        late.add(NEURAL_ENGINE, "gradients");
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(late.notes())
                .containsExactly(
                        "a load of gradients for the Neural Engine still runs, 59 s after its"
                                + " time-out");
        nanos.addAndGet(Duration.ofSeconds(70).toNanos());
        running.set(2);
        late.add(GPU, "gradients");
        assertThat(late.notes())
                .containsExactly(
                        "a load of gradients for the Neural Engine still runs, 2 min after its"
                                + " time-out",
                        "a load of gradients for the GPU still runs, 0 s after its time-out");
        running.set(1);
        assertThat(late.notes())
                .containsExactly(
                        "1 of these loads still runs after its time-out: gradients for the Neural"
                                + " Engine, 2 min ago; gradients for the GPU, 0 s ago");
        running.set(0);
        assertThat(late.notes()).isEmpty();
        assertThat(late.limit(NEURAL_ENGINE)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void theSameProcessorsGetNoOtherAndOthersWaitLonger() {
        var late = new LateLoads(running::get, nanos::get);
        running.set(1);
        late.add(NEURAL_ENGINE, "gradients");
        assertThat(late.limit(GPU)).isEqualTo(Duration.ofMinutes(4));
        assertThatThrownBy(() -> late.limit(NEURAL_ENGINE))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(
                        "Neural Engine: a load of gradients for the Neural Engine still runs, 0 s"
                                + " after its time-out; another for the same processors is not"
                                + " begun before\n")
                .hasMessageContaining("fix: try again when it has ended");
    }

    private static Training training() {
        return Training.training(Model.model(Input.input(5), dense(3)))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.sgd(0.1))
                .batch(4);
    }

    @Test
    void theNextRungKnowsAndTheReportSaysIt() {
        InterpretedShim.install();
        InterpretedShim.slowLoads(1);
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(InterpretedShim.lastLimit()).isEqualTo(Duration.ofMinutes(4).toMillis());
            assertThat(trainer.report().passedOver())
                    .containsExactly("Neural Engine: loading gradients took longer than 120 s");
            assertThat(trainer.report().device()).startsWith("Core ML (CPU_AND_GPU allowed");
            assertThat(trainer.report().notes())
                    .singleElement()
                    .asString()
                    .matches(
                            "a load of gradients for the Neural Engine still runs, \\d+ s after"
                                    + " its time-out");
            try (Trainer second = training().compile(Engine.neuralEngine())) {
                assertThat(second.report().passedOver())
                        .singleElement()
                        .asString()
                        .startsWith("Neural Engine: a load of gradients for the Neural Engine")
                        .endsWith("another for the same processors is not begun before");
            }
            InterpretedShim.endLateLoads();
            assertThat(trainer.report().notes()).isEmpty();
        }
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver()).isEmpty();
        }
    }

    @Test
    void theCpuEngineSaysItTooWhereNoRungLoads() {
        InterpretedShim.install();
        InterpretedShim.slowLoads(2);
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().device()).startsWith("CPU (");
            assertThat(trainer.report().passedOver())
                    .containsExactly(
                            "Neural Engine: loading gradients took longer than 120 s",
                            "GPU: loading gradients took longer than 240 s, though more than usual"
                                    + " since another load runs on");
            assertThat(trainer.report().notes()).hasSize(2);
        }
    }
}
