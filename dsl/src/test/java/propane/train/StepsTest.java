package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.result.History;
import propane.train.trace.StepPrograms;

import java.util.HashMap;
import java.util.Map;

class StepsTest {
    private static Model mlp() {
        return Model.model(
                Input.input(1, 8, 8),
                Layers.sequential(
                        Layers.flatten(), Layers.dense(64), Layers.relu(), Layers.dense(10)));
    }

    private static Training digits() {
        return Training.training(mlp())
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .metrics(Metrics.accuracy())
                .batch(32);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void fortyEpochsReadTheLastDigits(long seed) {
        var split = Digits.ALL.splitAt(1500);
        try (Trainer trainer = digits().seed(seed).compile(Engine.cpu())) {
            trainer.fit(split.train(), Option.epochs(40));
            assertThat(trainer.evaluate(split.test()).value(Metrics.accuracy()))
                    .isGreaterThanOrEqualTo(0.97);
        }
    }

    @Test
    void oneSeedIsOneRunAndAnotherIsAnother() {
        assertThat(run(1)).isEqualTo(run(1)).isNotEqualTo(run(2));
    }

    /** What came out of a run, and what it told on the way. */
    private record Run(Weights weights, History history) {}

    private static Run run(long seed) {
        Training training = Digits.training(Digits.model()).seed(seed);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            History history = trainer.fit(Digits.ALL.take(70), Option.epochs(2));
            return new Run(trainer.weights(), history);
        }
    }

    @Test
    void accumulatedBatchesAreOneLargeOne() {
        var data = Digits.ALL.take(64);
        Weights large;
        try (Trainer trainer = digits().batch(64).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(3));
            large = trainer.weights();
        }
        try (Trainer trainer = digits().batch(16).gradientAccumulation(4).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(3));
            for (String path : large.paths()) {
                float[] a = trainer.weights().at(path).floats();
                float[] b = large.at(path).floats();
                for (int i = 0; i < a.length; i++) {
                    assertThat(a[i]).as(path).isCloseTo(b[i], within(2e-4f));
                }
            }
        }
    }

    @Test
    void gradientsAndUpdateAreTheStepCutInTwo() {
        Training training = Digits.training(Digits.model());
        var step = new StepPrograms(training.spec(), 16, false);
        Program.Function train = step.train();
        var inputs = new HashMap<String, NDArray>();
        Batch batch = Digits.ALL.take(16).all();
        for (Port port : train.inputs()) {
            inputs.put(port.name(), start(training, port, batch));
        }
        Map<String, NDArray> whole = Interpreter.run(train, inputs);
        Map<String, NDArray> first = Interpreter.run(step.gradients(), inputs);
        inputs.putAll(first);
        Map<String, NDArray> both = new HashMap<>(first);
        both.putAll(Interpreter.run(step.update(), inputs));
        for (Program.Output output : train.outputs()) {
            String name = output.port().name();
            float[] a = both.get(name).floats();
            float[] b = whole.get(name).floats();
            for (int i = 0; i < a.length; i++) {
                // The gradients were rounded to float32 on the way.
                assertThat(a[i]).as(name).isCloseTo(b[i], within(1e-5f));
            }
        }
        assertThat(step.update().inputs()).noneMatch(port -> port.role() == Role.BATCH);
    }

    private static NDArray start(Training training, Port port, Batch batch) {
        return switch (port.role()) {
            case BATCH -> port.name().equals("input") ? batch.x() : batch.y();
            case WEIGHT, STATISTIC ->
                    training.model().variables().stream()
                            .filter(weight -> weight.path().equals(port.name()))
                            .map(weight -> training.model().start(weight, 3))
                            .findFirst()
                            .orElseThrow();
            case HYPER -> NDArray.full(port.type(), port.name().contains("rate") ? 0.01 : 2);
            default -> NDArray.full(port.type(), 0);
        };
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunBeforeTheStateMoves() {
        Model model = Model.model(Input.input(2), Layers.dense(1));
        Training training =
                Training.training(model)
                        .loss((prediction, target) -> prediction.mul(1e30).square().mean())
                        .optimizer(Optimizers.sgd(1e-3))
                        .batch(2);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            float[][] x = {{1, 2}, {3, 4}};
            assertThatThrownBy(() -> trainer.fit(Dataset.of(x, new float[][] {{0}, {0}})))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("step 1: loss is Infinity")
                    .hasMessageContaining("the first tensor that is not finite: square")
                    .hasMessageContaining("weights and slots are those before this step");
            assertThat(trainer.weights()).isEqualTo(before);
            assertThat(trainer.steps()).isZero();
        }
    }

    @Test
    void aLabelBeyondTheClassesNamesItsRow() {
        var data = Dataset.of(new float[][] {{1, 2}, {3, 4}}, new int[] {0, 7});
        Model model = Model.model(Input.input(2), Layers.dense(3));
        Training training =
                Training.training(model)
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(data))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("7");
        }
    }

    @Test
    void dataOfAnotherShapeAreRefusedBeforeTheFirstStep() {
        try (Trainer trainer = digits().compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(Digits.ALL.reshape(64)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("fp32[64]")
                    .hasMessageContaining("fp32[1, 8, 8]");
        }
    }

    @Test
    void aTrainableWeightThatNoGroupIncludesIsAnError() {
        var some =
                Optimizers.paramGroups(
                        Optimizers.sgd(0.1).paramGroup(WeightFilters.under("dense_1")));
        assertThatThrownBy(() -> digits().optimizer(some).compile(Engine.cpu()))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("dense_2/weight");
    }

    @Test
    void tenThousandStepsTakeNoMoreMemory() {
        Model model = Model.model(Input.input(4), Layers.dense(2));
        Training training =
                Training.training(model)
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.adam(1e-3))
                        .batch(4);
        var data = Dataset.of(new float[40][4], new int[40]);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(100));
            long before = used();
            trainer.fit(data, Option.epochs(1_000));
            assertThat(used() - before).isLessThan(5_000_000);
        }
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
