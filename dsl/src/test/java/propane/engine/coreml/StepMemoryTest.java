package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.engine.Waves;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.EngineException;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Steps lie in surfaces where the device takes them, else in plain memory, computing the same. */
class StepMemoryTest {
    private static final String REFUSED =
            "plain memory in place of surfaces: a first prediction over them failed: Core ML shim:"
                    + " failed (propane.fake 0): an output's surface is refused";
    private static final int NEURAL_ENGINE = 3;

    private int surfaces;
    private int models;

    @BeforeEach
    void putTheFakeInPlace() {
        InterpretedShim.install();
        surfaces = InterpretedShim.openSurfaces();
        models = InterpretedShim.openModels();
    }

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
        assertThat(InterpretedShim.openSurfaces()).isEqualTo(surfaces);
        assertThat(InterpretedShim.openModels()).isEqualTo(models);
    }

    private static Training training() {
        return Training.training(
                        Model.model(
                                Input.input(5),
                                sequential(named("trunk", dense(8)), relu(), dense(3))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .batch(12)
                .seed(5);
    }

    private static Dataset data() {
        return Waves.of(44).shuffle(3);
    }

    private static Weights fitted(Trainer trainer) {
        trainer.fit(data(), Option.epochs(2));
        return trainer.weights();
    }

    private static Weights expected() {
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            assertThat(trainer.report().notes()).isEmpty();
            return fitted(trainer);
        }
    }

    @Test
    void surfacesThatAreRefusedAreLeftBeforeTheFirstStep() {
        Weights expected = expected();
        InterpretedShim.refuseSurfaces(true);
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            assertThat(trainer.report().notes()).containsExactly(REFUSED);
            assertThat(InterpretedShim.openSurfaces()).isEqualTo(surfaces);
            assertThat(fitted(trainer)).isEqualTo(expected);
        }
    }

    /** The self-test is the first prediction; the first step is the second, and computed once. */
    @Test
    void surfacesThatAreRefusedLaterAreLeftInTheFirstStep() {
        Weights expected = expected();
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            InterpretedShim.refuseSurfaces(true);
            assertThat(fitted(trainer)).isEqualTo(expected);
            assertThat(trainer.report().notes()).containsExactly(REFUSED);
            assertThat(trainer.report().passedOver()).isEmpty();
            assertThat(InterpretedShim.openSurfaces()).isEqualTo(surfaces);
        }
    }

    @Test
    void aRunTellsThatOtherMemoryTookOver() {
        var changes = new ArrayList<Event.DeviceChanged>();
        TrainerCallback hears =
                event -> {
                    if (event instanceof Event.DeviceChanged change) {
                        changes.add(change);
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            InterpretedShim.refuseSurfaces(true);
            trainer.fit(data().take(24), Option.epochs(2), Option.callback(hears));
        }
        assertThat(changes)
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.step()).isEqualTo(1);
                    assertThat(change.device().notes()).containsExactly(REFUSED);
                });
    }

    @Test
    void surfacesThatAreRefusedAfterTheFirstStepAreAnError() {
        var batch = data().take(12);
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            trainer.fit(batch);
            InterpretedShim.refuseSurfaces(true);
            assertThatThrownBy(() -> trainer.fit(batch))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("Neural Engine: ")
                    .hasMessageContaining("surface is refused");
        }
    }

    @Test
    void whatFailsOverPlainMemoryTooIsTheErrorOfThat() {
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            InterpretedShim.refuseSurfaces(true);
            InterpretedShim.failOn(NEURAL_ENGINE, 0);
            assertThatThrownBy(() -> trainer.fit(data()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("these processors do not predict");
        }
    }

    @Test
    void aModelThatIsLoadedAnewStaysOnPlainMemory() {
        Training frozen = training();
        Training still =
                Training.training(frozen.model().freeze(WeightFilters.under("trunk")))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1))
                        .batch(12);
        InterpretedShim.refuseSurfaces(true);
        try (Trainer trainer = still.compile(new CoreMlEngine());
                Trainer other = still.seed(9).compile(Engine.cpu())) {
            assertThat(trainer.report().notes()).containsExactly(REFUSED);
            InterpretedShim.refuseSurfaces(false);
            trainer.load(other.weights());
            assertThat(trainer.report().notes()).containsExactly(REFUSED);
            assertThat(InterpretedShim.openSurfaces()).isEqualTo(surfaces);
        }
    }

    /** The weights of before would be constants of a model that nobody trains any more. */
    @Test
    void frozenWeightsThatCannotBeLoadedStopTheNextStep() {
        Training still =
                Training.training(training().model().freeze(WeightFilters.under("trunk")))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1))
                        .batch(44);
        try (Trainer trainer = still.compile(new CoreMlEngine());
                Trainer same = still.seed(9).compile(new CoreMlEngine());
                Trainer other = still.seed(9).compile(Engine.cpu())) {
            trainer.fit(data());
            InterpretedShim.slowLoads(2);
            assertThatThrownBy(() -> trainer.load(other.weights()))
                    .isInstanceOf(EngineException.class);
            InterpretedShim.endLateLoads();
            assertThatThrownBy(() -> trainer.fit(data()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("Neural Engine: loading gradients took longer");
            InterpretedShim.endLateLoads();
            assertThat(fitted(trainer)).isEqualTo(fitted(same));
        }
    }

    @Test
    void theDoctorsReasonIsTold(@TempDir Path folder) {
        System.setProperty(MachineReport.PLACE, folder.resolve("doctor.json").toString());
        try {
            var no = new Answer("surfaces", "?", Answer.Outcome.NO, "6 of 6 were copied", Map.of());
            new MachineReport(MachineReport.thisSystem(), Map.of(), List.of(no)).keep();
            try (Trainer trainer = training().compile(new CoreMlEngine())) {
                assertThat(trainer.report().notes())
                        .containsExactly(
                                "plain memory in place of surfaces: the doctor's report of this"
                                        + " system says of them: 6 of 6 were copied");
            }
        } finally {
            System.clearProperty(MachineReport.PLACE);
        }
    }
}
