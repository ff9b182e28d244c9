package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Model;
import propane.tensor.NDArray;

import java.util.Map;
import java.util.Random;

/** The losses of several outputs, in which different things count. */
class SeveralLossesTest {
    private static final int EXAMPLES = 10;

    private static Model twoHeads() {
        return model(
                java.util.List.of(input(3)),
                (scope, in) -> {
                    var body = scope.apply(tanh(), scope.apply(named("body", dense(4)), in.only()));
                    return tensors("kind", scope.apply(named("kind", dense(3)), body))
                            .and("size", scope.apply(named("size", dense(1)), body));
                });
    }

    private static Dataset data(long seed) {
        var random = new Random(seed);
        float[][] x = new float[EXAMPLES][3];
        float[][] size = new float[EXAMPLES][1];
        int[] kind = new int[EXAMPLES];
        float[] trust = new float[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int j = 0; j < 3; j++) {
                x[i][j] = (float) random.nextGaussian();
            }
            size[i][0] = (float) random.nextGaussian();
            kind[i] = random.nextInt(4) - 1;
            trust[i] = random.nextInt(3) / 2f;
        }
        return Dataset.of(
                Map.of("input", NDArray.of(x)),
                Map.of(
                        "kind", NDArray.of(kind),
                        "size", NDArray.of(size),
                        "trust", NDArray.of(trust, EXAMPLES)));
    }

    /**
     * Batches of one update, a smaller last one included, are one batch; so are those evaluated.
     */
    @ParameterizedTest
    @CsvSource({"1, 10, false", "2, 5, false", "3, 4, true", "4, 3, true", "5, 2, false"})
    void eachIsAMeanOverWhatCountsInIt(int batch, int accumulate, boolean isWeighted) {
        long seed = 100 * batch + accumulate;
        System.out.println("seed " + seed);
        var plain =
                training(twoHeads())
                        .loss("kind", softmaxCrossEntropy().ignoreIndex(-1).classWeights(1, 2, 0.5))
                        .loss("size", meanSquaredError().lossWeight(0.3))
                        .optimizer(isWeighted ? adam(0.05) : sgd(0.2).momentum(0.5))
                        .clipGradNorm(1)
                        .seed(seed);
        var training = isWeighted ? plain.sampleWeight("trust") : plain;
        Dataset data = data(seed);
        try (var whole = training.batch(EXAMPLES).compile(Engine.cpu());
                var parts =
                        training.batch(batch)
                                .gradientAccumulation(accumulate)
                                .compile(Engine.cpu())) {
            double first = whole.evaluate(data).value(loss());
            assertThat(parts.evaluate(data).value(loss())).isCloseTo(first, within(1e-5));
            whole.fit(data, epochs(3), inOrder());
            var history = parts.fit(data, epochs(3), inOrder());
            Weights expected = whole.weights();
            for (String path : expected.paths()) {
                double largest = 1e-3;
                for (double each : expected.at(path).doubles()) {
                    largest = Math.max(largest, Math.abs(each));
                }
                assertThat(parts.weights().at(path).doubles())
                        .as(path)
                        .containsExactly(expected.at(path).doubles(), within(2e-5 * largest));
            }
            assertThat(history.epochs().getFirst().train().value(loss()))
                    .as("the epoch's mean, made before its update")
                    .isCloseTo(first, within(1e-5));
            double last = whole.evaluate(data).value(loss());
            assertThat(parts.evaluate(data).value(loss())).isCloseTo(last, within(1e-5));
        }
    }
}
