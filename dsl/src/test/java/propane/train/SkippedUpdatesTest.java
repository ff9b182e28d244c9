package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.nn.schedule.Schedules.stepDecay;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Model;
import propane.nn.rule.Randomness;
import propane.spi.Bindings;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.train.option.Precision;
import propane.train.port.LossScale;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An update whose gradients leave float16 changes nothing but the scale of the loss. */
class SkippedUpdatesTest {
    private static final Model LINE =
            model(input(1), dense(1).initializer(Initializers.constant(0)));

    private static Batch of(float x, float y) {
        return Batch.of(NDArray.of(new float[][] {{x}}), NDArray.of(new float[][] {{y}}));
    }

    private static final Batch LARGE = of(100, 100);
    private static final Batch SMALL = of(0.5f, 1);

    private static double weight(Trainer trainer) {
        return trainer.weights().at("dense_1/weight").at(0);
    }

    /** PyTorch's Adam with a GradScaler that begins at 1,024: 0.1, 0.1996, 0.2984 … */
    @Test
    void theFirstUpdateThatIsMadeIsTheOptimizersFirst() {
        var training =
                training(LINE)
                        .loss(meanSquaredError())
                        .optimizer(adam(0.1))
                        .batch(1)
                        .precision(Precision.MIXED_FLOAT16);
        try (var trainer = training.compile(Engine.cpu())) {
            List<Double> made = new ArrayList<>();
            for (int i = 0; i < 16 && made.size() < 3; i++) {
                trainer.step(LARGE);
                if (weight(trainer) != 0) {
                    made.add(weight(trainer));
                }
            }
            assertThat(made.get(0)).isCloseTo(0.1, within(1e-4));
            assertThat(made.get(1)).isCloseTo(0.1996, within(2e-4));
            assertThat(made.get(2)).isCloseTo(0.2984, within(4e-4));
        }
    }

    private static Map<String, NDArray> state(Trainer trainer) {
        Bindings bindings = trainer.programs().state();
        var all = new LinkedHashMap<String, NDArray>();
        for (Port port : bindings.ports()) {
            boolean isRate = port.name().endsWith("/learning_rate");
            if (!isRate && !port.equals(Randomness.STEP) && !LossScale.isOwn(port.name())) {
                all.put(port.name(), bindings.read(port.name()));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void nothingButTheScaleIsChanged(int accumulate) {
        var net = model(input(2), sequential(dense(4), batchNorm(), dense(1)));
        var training =
                training(net)
                        .loss(meanSquaredError())
                        .optimizer(adam(stepDecay(0.1, 0.5, 1)))
                        .ema(0.9)
                        .batch(3)
                        .gradientAccumulation(accumulate)
                        .seed(4)
                        .precision(Precision.MIXED_FLOAT16);
        var random = new Random(7);
        float[][] x = new float[3][2];
        for (float[] row : x) {
            row[0] = random.nextFloat();
            row[1] = random.nextFloat();
        }
        var fine = Batch.of(NDArray.of(x), NDArray.of(new float[][] {{1}, {0}, {2}}));
        // The slopes of all before the norm are small; only the target is far away.
        var far = Batch.of(NDArray.of(x), NDArray.of(new float[][] {{3e6f}, {0}, {-2e6f}}));
        try (var trainer = training.compile(Engine.cpu())) {
            for (int i = 0; i < accumulate; i++) {
                trainer.step(fine);
            }
            var before = state(trainer);
            double scale = trainer.programs().state().read(LossScale.SCALE.name()).at(0);
            trainer.step(far);
            for (int i = 1; i < accumulate; i++) {
                trainer.step(fine);
            }
            var after = state(trainer);
            for (String name : before.keySet()) {
                boolean isStatistic = name.contains("mean") || name.contains("variance");
                if (accumulate == 1 || !isStatistic) {
                    assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
                }
            }
            assertThat(trainer.programs().state().read(LossScale.SCALE.name()).at(0))
                    .isEqualTo(scale / 2);
            assertThat(trainer.steps()).isEqualTo(2L * accumulate);
            // The next window is whole again.
            for (int i = 0; i < accumulate; i++) {
                trainer.step(fine);
            }
            assertThat(state(trainer).get("dense_1/weight"))
                    .isNotEqualTo(before.get("dense_1/weight"));
            assertThat(state(trainer).get(Randomness.UPDATES.name()).at(0)).isEqualTo(2);
        }
    }

    /** Schedules count updates: the skipped one does not lower the rate. */
    @Test
    void schedulesCountTheUpdatesThatAreMade() {
        var training =
                training(LINE)
                        .loss(meanSquaredError())
                        .optimizer(sgd(stepDecay(1, 0.1, 1)))
                        .batch(1)
                        .precision(Precision.MIXED_FLOAT16);
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.step(of(200, 3000));
            assertThat(weight(trainer)).isZero();
            trainer.step(SMALL);
            // 1 · 2 · (0 − 1) · 0.5 below the first rate.
            assertThat(weight(trainer)).isCloseTo(1.0, within(1e-3));
        }
    }

    /** Resumed in the middle of a window that is lost already, it is skipped as well. */
    @Test
    void aLostWindowIsLostInAResumedRunToo(@TempDir Path folder) {
        var training =
                training(LINE)
                        .loss(meanSquaredError())
                        .optimizer(sgd(0.1))
                        .batch(1)
                        .gradientAccumulation(2)
                        .precision(Precision.MIXED_FLOAT16);
        Path file = folder.resolve("middle.ckpt");
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.step(of(200, 3000));
            trainer.save(file);
        }
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.load(file);
            trainer.step(SMALL);
            assertThat(weight(trainer)).isZero();
            trainer.step(SMALL);
            trainer.step(SMALL);
            assertThat(weight(trainer)).isCloseTo(0.1, within(1e-4));
        }
    }
}
