package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.sequential;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.Training;

/** Rows of tables that are too large for the engine are found by the host. */
class LookedUpTrainingTest {
    private static final int ROWS = 3_000;
    private static final int EXAMPLES = 36;

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static Training training(Model model) {
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .batch(12)
                .seed(5);
    }

    private static Model words() {
        return Model.model(
                Input.tokens(4),
                sequential(embedding(ROWS, 8), positionalEmbedding(4), flatten(), dense(3)));
    }

    private static Dataset data() {
        int[] x = new int[EXAMPLES * 4];
        int[] y = new int[EXAMPLES];
        for (int i = 0; i < x.length; i++) {
            x[i] = i * 7_919 % 41 * 71;
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = x[4 * i] % 3;
        }
        return Dataset.of(NDArray.of(x, EXAMPLES, 4), NDArray.of(y)).shuffle(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aTrainingWithThemIsTheOneOnTheCpu(int accumulate) {
        InterpretedShim.install();
        Training training = training(words()).gradientAccumulation(accumulate);
        try (Trainer through = training.compile(new CoreMlEngine());
                Trainer onCpu = training.compile(Engine.cpu())) {
            assertThat(through.report().lines()).noneMatch(line -> line.contains("may not run"));
            through.fit(data(), epochs(4));
            onCpu.fit(data(), epochs(4));
            assertThat(through.evaluate(data()).value(Metrics.loss()))
                    .isCloseTo(onCpu.evaluate(data()).value(Metrics.loss()), within(5e-3));
            assertThat(through.report().lines()).anyMatch(line -> line.startsWith("rows, "));
            String table = "embedding_1/weight";
            double[] mine = through.weights().at(table).doubles();
            double[] theirs = onCpu.weights().at(table).doubles();
            for (int i = 0; i < mine.length; i++) {
                assertThat(mine[i]).isCloseTo(theirs[i], within(0.02));
            }
        }
    }

    /** Numbers of words too many for float16 are predicted for each word: int32 [n, 4]. */
    @Test
    void wordsThatAreAlsoPredictedStayWholeNumbers() {
        InterpretedShim.install();
        Training training =
                training(Model.model(Input.tokens(4), sequential(embedding(ROWS, 8), dense(ROWS))));
        NDArray words = data().all().x();
        Dataset same = Dataset.of(words, words);
        try (Trainer through = training.compile(new CoreMlEngine());
                Trainer onCpu = training.compile(Engine.cpu())) {
            through.fit(same, epochs(10));
            onCpu.fit(same, epochs(10));
            double expected = onCpu.evaluate(same).value(Metrics.loss());
            assertThat(expected).isLessThan(Math.log(ROWS) - 0.5);
            assertThat(through.evaluate(same).value(Metrics.loss()))
                    .isCloseTo(expected, within(2e-2));
        }
    }
}
