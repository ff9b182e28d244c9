package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.ComputeUnits;
import propane.engine.Engine;
import propane.engine.PreferredEngine;
import propane.ffm.shim.Shim;
import propane.tensor.EngineException;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;

import java.time.Duration;
import java.util.List;

/**
 * First predictions over surfaces and first steps that fail, and loads that come late, through the
 * Swift shim. Compiled packages are kept, with what the stand-in does wrong with them, so that each
 * test has a model of its own.
 */
@OnTheSwiftShim
class SwiftShimFirstStepTest {
    private static final Dataset DATA = SwiftShimTrainingTest.DIGITS.train().take(100);
    private static final String REFUSED =
            "plain memory in place of surfaces: a first prediction over them failed: Core ML shim:"
                    + " failed (com.apple.CoreML 0): stand-in: prediction %d refuses a pixel"
                    + " buffer";

    @AfterEach
    void doRightAgain() {
        StandInCoreMl.faults("{}");
        StandInCoreMl.loading(0);
    }

    private static Weights fitted(Trainer trainer) {
        trainer.fit(DATA, Option.epochs(2));
        return trainer.weights();
    }

    private static Weights expected(Training training) {
        try (Trainer trainer = training.compile(new LoweredOnCpu())) {
            return fitted(trainer);
        }
    }

    @Test
    void surfacesThatAreRefusedAreLeftBeforeTheFirstStep() {
        Training training = SwiftShimTrainingTest.training(33);
        StandInCoreMl.faults("{\"main\":{\"refusing\":[3]}}");
        try (Trainer trainer = training.compile(new CoreMlEngine())) {
            assertThat(trainer.report().notes()).containsExactly(REFUSED.formatted(0));
            assertThat(fitted(trainer)).isEqualTo(expected(training));
        }
    }

    @Test
    void surfacesThatAreRefusedLaterAreLeftInTheFirstStep() {
        Training training = SwiftShimTrainingTest.training(34);
        StandInCoreMl.faults("{\"main\":{\"refusing\":[3],\"refusingFrom\":1}}");
        try (Trainer trainer = training.compile(new CoreMlEngine())) {
            assertThat(trainer.report().notes()).isEmpty();
            assertThat(fitted(trainer)).isEqualTo(expected(training));
            assertThat(trainer.report().notes()).containsExactly(REFUSED.formatted(1));
        }
    }

    @Test
    void aFirstStepThatFailsIsMadeOnTheNextRung() {
        Training training = SwiftShimTrainingTest.training(35);
        StandInCoreMl.faults("{\"main\":{\"failing\":[3],\"failingFrom\":1}}");
        try (Trainer trainer = training.compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver()).isEmpty();
            assertThat(fitted(trainer)).isEqualTo(expected(training));
            assertThat(trainer.report().device()).startsWith("Core ML (CPU_AND_GPU allowed");
            assertThat(trainer.report().passedOver())
                    .containsExactly(
                            "Neural Engine: its first step failed: Core ML shim: failed"
                                    + " (com.apple.CoreML 0): stand-in: prediction 2 fails on"
                                    + " these processors");
        }
    }

    @Test
    void aFirstStepThatFailsOnNamedProcessorsIsAnError() {
        Training training = SwiftShimTrainingTest.training(36);
        StandInCoreMl.faults("{\"main\":{\"failing\":[3],\"failingFrom\":1}}");
        try (Trainer trainer =
                training.compile(Engine.coreMl(ComputeUnits.CPU_AND_NEURAL_ENGINE))) {
            Weights before = trainer.weights();
            assertThatThrownBy(() -> trainer.fit(DATA))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("prediction 2 fails on these processors");
            assertThat(trainer.weights()).isEqualTo(before);
        }
    }

    @Test
    void aLateLoadIsToldOfUntilItComes() throws InterruptedException {
        StandInCoreMl.loading(4_000);
        Duration limit = Duration.ofMillis(200);
        var engines =
                new PreferredEngine(
                        List.of(
                                new CoreMlEngine(ComputeUnits.CPU_AND_NEURAL_ENGINE, limit),
                                Engine.cpu()));
        try (Trainer trainer = SwiftShimTrainingTest.training(37).compile(engines)) {
            assertThat(trainer.report().passedOver())
                    .containsExactly("Neural Engine: loading gradients took longer than 200 ms");
            assertThat(trainer.report().notes())
                    .singleElement()
                    .asString()
                    .matches(
                            "a load of gradients for the Neural Engine still runs, \\d+ s after"
                                    + " its time-out");
            while (Shim.lateCalls() > 0) {
                Thread.sleep(10);
            }
            assertThat(trainer.report().notes()).isEmpty();
        }
    }
}
