package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.schedule.Schedules.constant;
import static propane.nn.schedule.Schedules.cosineDecay;
import static propane.nn.schedule.Schedules.cosineWarmRestarts;
import static propane.nn.schedule.Schedules.exponentialDecay;
import static propane.nn.schedule.Schedules.linear;
import static propane.nn.schedule.Schedules.multiStepDecay;
import static propane.nn.schedule.Schedules.oneCycle;
import static propane.nn.schedule.Schedules.polynomialDecay;
import static propane.nn.schedule.Schedules.stepDecay;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.engine.Engine;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedule;
import propane.tensor.PropaneException;
import propane.train.Trainer;
import propane.train.Training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Learning rates in an app are those of Java, to the last bit of float32. */
@OnTheSwiftShim
class SwiftShimScheduleTest {
    private static final int UPDATES = 5_000;

    @TempDir private Path folder;

    private static Training training(Schedule schedule) {
        return Training.training(
                        Model.model(
                                propane.nn.Input.input(8, 8),
                                propane.nn.layer.Layers.sequential(
                                        propane.nn.layer.Layers.flatten(),
                                        propane.nn.layer.Layers.dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.sgd(schedule))
                .batch(ExportedRun.BATCH);
    }

    private List<Float> rates(Trainer trainer, int updates) {
        return ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS)
                .with("updates", updates)
                .run()
                .floats("rates");
    }

    /** Every kind, and kinds made of kinds. */
    static Stream<Schedule> kinds() {
        return Stream.of(
                constant(0.1),
                cosineDecay(0.1, 1_000),
                cosineDecay(0.3, 0.007, 3_001),
                stepDecay(0.1, 0.7, 300),
                exponentialDecay(0.1, 0.9991),
                multiStepDecay(0.1, 0.3, 10, 500, 2_999),
                polynomialDecay(0.1, 1.7, 4_000),
                linear(0.1, 0.001, 3_000),
                cosineWarmRestarts(0.1, 300, 2),
                cosineWarmRestarts(0.1, 0.01, 700, 1),
                oneCycle(0.3, 4_500),
                oneCycle(0.3, 4_501, 0.41, 17, 1e3),
                cosineDecay(1e-3, 4_000).warmup(500),
                constant(1e-2).join(1_000, exponentialDecay(1e-2, 0.999).warmup(0.1, 33)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void builtInSchedulesAreComputed(Schedule schedule) {
        var expected = new ArrayList<Float>();
        for (int update = 0; update < UPDATES; update++) {
            expected.add((float) schedule.at(update));
        }
        try (Trainer trainer = training(schedule).compile(Engine.cpu())) {
            assertThat(rates(trainer, UPDATES)).isEqualTo(expected);
        }
    }

    /**
     * Of its own kind, alone and within another: so many values as were asked for, then the last.
     */
    @Test
    void aScheduleOfOnesOwnIsATable() {
        Schedule own = update -> 1e-2 / Math.sqrt(1 + update);
        for (Schedule schedule : List.of(own, own.warmup(9))) {
            try (Trainer trainer = training(schedule).compile(Engine.cpu())) {
                SwiftShimExportTest.train(trainer, 0, 3);
                var rates = rates(trainer, 90);
                for (int update = 3; update < 90; update++) {
                    int known = Math.min(update, 3 + ExportedRun.UPDATES - 1);
                    assertThat(rates.get(update)).isEqualTo((float) schedule.at(known));
                }
                assertThatThrownBy(() -> trainer.exportTraining(folder.resolve("A.mlpackage")))
                        .isInstanceOf(PropaneException.class)
                        .hasMessageContaining("the learning rate of sgd follows a schedule of your")
                        .hasMessageContaining("fix:")
                        .hasMessageContaining("exportTraining(path, 10_000)");
            }
        }
    }

    /** What took the schedules' place in Java does so in the app, and what does there, in Java. */
    @Test
    void aRateInPlaceOfSchedulesIsCarried() {
        Path saved = folder.resolve("app.safetensors");
        try (Trainer trainer = training(cosineDecay(0.1, 100)).compile(Engine.cpu())) {
            trainer.learningRate(0.0123);
            assertThat(rates(trainer, 3)).containsExactly(0.0123f, 0.0123f, 0.0123f);
            ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS)
                    .with("learningRate", propane.json.Json.of(0.07))
                    .batches(0, 1)
                    .with("save", saved)
                    .run();
            trainer.load(saved);
            assertThat(rates(trainer, 1)).containsExactly(0.07f);
        }
    }
}
