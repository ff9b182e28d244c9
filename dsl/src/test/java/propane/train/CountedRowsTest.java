package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.binaryAccuracy;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.metric.Metrics.mae;
import static propane.nn.metric.Metrics.mse;
import static propane.nn.metric.Metrics.perplexity;
import static propane.nn.metric.Metrics.precision;
import static propane.nn.metric.Metrics.r2;
import static propane.nn.metric.Metrics.recall;
import static propane.nn.metric.Metrics.rmse;
import static propane.nn.metric.Metrics.topKAccuracy;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;
import propane.train.result.Results;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Which rows count is the same for a loss and its metrics; values are scikit-learn's, but that of
 * equal outputs the first is the larger one in top-k, too.
 */
class CountedRowsTest {
    private static final float NAN = Float.NaN;
    private static final float[][] X = {
        {3, -1, -2}, {-1, 2, -3}, {-1, -2, -3}, {-5, -1, -2}, {-1, -4, -2}, {0, 0, 0.5f}
    };
    private static final int[] Y = {0, 1, -100, -100, 2, 1};
    private static final float[] W = {1, 2, 7, 3, 0.5f, 4};

    /** A model whose outputs are its inputs. */
    private static Model identity(int width) {
        float[] ones = new float[width * width];
        for (int i = 0; i < width; i++) {
            ones[i * (width + 1)] = 1;
        }
        var start = Map.of("dense_1/weight", NDArray.of(ones, width, width));
        return model(Input.input(width), dense(width).bias(false)).withWeights(start);
    }

    private static Results evaluated(Training training, Dataset data, Metric... metrics) {
        try (var trainer = training.metrics(metrics).optimizer(sgd(0)).compile(Engine.cpu())) {
            return trainer.evaluate(data);
        }
    }

    private static Training training(int width, Loss loss) {
        return Training.training(identity(width)).loss(loss);
    }

    private static Dataset weighted(float[][] x, NDArray targets, float... weights) {
        return Dataset.of(
                Map.of("input", NDArray.of(x)),
                Map.of("target", targets, "w", NDArray.of(weights)));
    }

    private static final Metric[] OF_CLASSES = {
        accuracy(),
        topKAccuracy(2),
        precision(),
        recall(),
        f1(),
        f1().micro(),
        confusionMatrix(),
        auc(),
        perplexity()
    };

    private static void requireCloseTo(Results found, double... expected) {
        Metric[] numbers = {
            accuracy(), topKAccuracy(2), precision(), recall(), f1(), f1().micro(), auc(), loss()
        };
        for (int i = 0; i < numbers.length; i++) {
            assertThat(found.value(numbers[i]))
                    .as(numbers[i].name())
                    .isCloseTo(expected[i], within(1e-6));
        }
        assertThat(found.value(perplexity()))
                .isCloseTo(Math.exp(found.value(loss())), within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6})
    void labelsThatTheLossIgnoresDoNotCountInMetrics(int batch) {
        var training = training(3, softmaxCrossEntropy().ignoreIndex(-100)).batch(batch);
        Results found = evaluated(training, Dataset.of(X, Y), OF_CLASSES);
        requireCloseTo(
                found, 0.5, 0.75, 0.5, 0.5, 0.4444444444, 0.5, 0.8888888889, 0.6807797779254499);
        assertThat(found.matrix(confusionMatrix()))
                .isEqualTo(NDArray.of(new int[] {1, 0, 0, 0, 1, 1, 1, 0, 0}, 3, 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6})
    void examplesCountInMetricsAsTheyAreWeighted(int batch) {
        var training =
                training(3, softmaxCrossEntropy().ignoreIndex(-100)).sampleWeight("w").batch(batch);
        Results found = evaluated(training, weighted(X, NDArray.of(Y), W), OF_CLASSES);
        requireCloseTo(
                found,
                0.4,
                3.5 / 7.5,
                0.5555555556,
                0.4444444444,
                0.4333333333,
                0.4,
                0.8095238095,
                0.7982304729263713);
        assertThat(found.matrix(confusionMatrix()))
                .isEqualTo(NDArray.of(new float[] {1, 0, 0, 0, 2, 4, 0.5f, 0, 0}, 3, 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void numbersCountAsTheyAreWeighted(int batch) {
        float[][] p = {{1}, {2}, {3}, {4.5f}};
        var t = NDArray.of(new float[] {1.5f, 2, 1, 5}, 4, 1);
        var training = training(1, meanSquaredError()).batch(batch);
        Results plain =
                evaluated(training, Dataset.of(NDArray.of(p), t), mae(), mse(), rmse(), r2());
        assertThat(plain.value(mae())).isCloseTo(0.75, within(1e-6));
        assertThat(plain.value(mse())).isCloseTo(1.125, within(1e-6));
        assertThat(plain.value(rmse())).isCloseTo(1.0606601717798212, within(1e-6));
        assertThat(plain.value(r2())).isCloseTo(0.5354838709677419, within(1e-6));
        var data = weighted(p, t, 1, 2, 0, 3);
        Results found = evaluated(training.sampleWeight("w"), data, mae(), mse(), rmse(), r2());
        assertThat(found.value(mse())).isCloseTo(1.0 / 6, within(1e-6));
        assertThat(found.value(mae())).isCloseTo(0.3333333333, within(1e-6));
        assertThat(found.value(rmse())).isCloseTo(0.408248290463863, within(1e-6));
        assertThat(found.value(r2())).isCloseTo(0.9342465753424658, within(1e-6));
    }

    @Test
    void targetsThatAreAllAlikeHaveNoVariance() {
        float[][] p = {{0.1f}, {0.1f}, {0.1f}};
        var near = Dataset.of(p, new float[][] {{0.1f}, {0.1f}, {0.1f}});
        var far = Dataset.of(p, new float[][] {{0.3f}, {0.3f}, {0.3f}});
        for (int batch : new int[] {1, 2, 3}) {
            var training = training(1, meanSquaredError()).batch(batch);
            assertThat(evaluated(training, near, r2()).value(r2())).isEqualTo(1);
            assertThat(evaluated(training, far, r2()).value(r2())).isZero();
        }
    }

    @Test
    void aModelThatHasLearntNothingIsRightByChance() {
        float[][] x = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
        var zeros = model(Input.input(2), dense(4).initializer(Initializers.zeros()));
        var training = Training.training(zeros).loss(softmaxCrossEntropy());
        Results found =
                evaluated(
                        training,
                        Dataset.of(x, new int[] {0, 1, 2, 3}),
                        accuracy(),
                        topKAccuracy(3),
                        f1(),
                        auc());
        assertThat(found.value(accuracy())).isEqualTo(0.25);
        assertThat(found.value(topKAccuracy(3))).isEqualTo(0.75);
        assertThat(found.value(f1())).isCloseTo(0.1, within(1e-6));
        assertThat(found.value(auc())).isEqualTo(0.5);
    }

    @Test
    void anOutputThatIsNotANumberIsNeverRight() {
        Step report =
                (model, batch) -> {
                    Tensor out = model.predict(batch.x());
                    Tensor bad = out.greater(50).where(Tensor.constant(NAN), out);
                    Tensor loss = out.mean();
                    model.update(Gradients.gradients(loss, model), sgd(0));
                    return StepOutputs.of(Metrics.loss(), loss)
                            .with(accuracy(), bad, batch.y())
                            .with(topKAccuracy(2), bad, batch.y())
                            .with(recall(), bad, batch.y())
                            .with(confusionMatrix(), bad, batch.y())
                            .with(auc(), bad, batch.y());
                };
        float[][] x = {{2, 1, 0}, {99, 5, 1}, {5, 99, 1}, {99, 99, 99}, {99, 99, 99}};
        var training = Training.training(identity(3)).step(report).batch(5);
        try (var trainer = training.compile(Engine.cpu())) {
            Results found = trainer.evaluate(Dataset.of(x, new int[] {0, 0, 0, 1, 2}));
            assertThat(found.value(accuracy())).isCloseTo(0.2, within(1e-6));
            // What is not a number stands before what is.
            assertThat(found.value(topKAccuracy(2))).isCloseTo(0.4, within(1e-6));
            assertThat(found.value(recall())).isCloseTo(1 / 9.0, within(1e-6));
            assertThat(found.matrix(confusionMatrix()))
                    .isEqualTo(NDArray.of(new int[] {1, 0, 0, 0, 0, 0, 0, 0, 0}, 3, 3));
            assertThat(found.value(auc())).isLessThan(0.5);
        }
        var sides = training(1, binaryCrossEntropy());
        assertThat(
                        evaluated(
                                        sides,
                                        Dataset.of(
                                                new float[][] {{-1}, {1}},
                                                new float[][] {{0}, {1}}),
                                        accuracy(),
                                        binaryAccuracy())
                                .value(accuracy()))
                .isEqualTo(1);
    }

    @Test
    void oneHotTargetsAreTheClassWithTheLargestShare() {
        float[][] hot = {{1, 0, 0}, {0, 1, 0}, {0.2f, 0.2f, 0.6f}, {0, 0, 1}, {0, 0, 1}, {0, 1, 0}};
        int[] labels = {0, 1, 2, 2, 2, 1};
        Results shares =
                evaluated(
                        training(3, softmaxCrossEntropy().softTargets()),
                        Dataset.of(X, hot),
                        OF_CLASSES);
        Results found =
                evaluated(training(3, softmaxCrossEntropy()), Dataset.of(X, labels), OF_CLASSES);
        for (Metric each : new Metric[] {accuracy(), topKAccuracy(2), precision(), f1(), auc()}) {
            assertThat(shares.value(each)).as(each.name()).isEqualTo(found.value(each));
        }
        assertThat(shares.matrix(confusionMatrix())).isEqualTo(found.matrix(confusionMatrix()));
    }

    @Test
    void severalLabelsAreAskedFor() {
        float[][] x = {{1, -1}, {2, 3}, {-1, -2}, {-3, 1}};
        float[][] y = {{1, 0}, {1, 1}, {0, 1}, {1, 1}};
        var training = training(2, binaryCrossEntropy());
        for (Metric each : new Metric[] {accuracy(), f1(), auc(), confusionMatrix()}) {
            assertThatThrownBy(() -> evaluated(training, Dataset.of(x, y), each))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining(each.name() + ": the loss takes each of several outputs")
                    .hasMessageContaining("fix: ask for ");
        }
        Results found =
                evaluated(
                        training,
                        Dataset.of(x, y),
                        binaryAccuracy(),
                        f1().multiLabel(),
                        precision().threshold(0.5),
                        auc().multiLabel());
        assertThat(found.value(binaryAccuracy())).isEqualTo(0.75);
        assertThat(found.value(f1())).isCloseTo(0.8, within(1e-6));
        assertThat(found.value(precision())).isEqualTo(1);
        assertThat(found.value(auc())).isCloseTo((2 / 3.0 + 2 / 3.0) / 2, within(1e-6));
    }

    @Test
    void metricsOfOtherTargetsAreRefused() {
        var numbers = Dataset.of(X, X);
        assertThatThrownBy(() -> evaluated(training(3, meanSquaredError()), numbers, accuracy()))
                .hasMessageContaining("accuracy: the loss's targets are numbers, not classes")
                .hasMessageContaining("\n    at ")
                .hasMessageContaining("mae(), mse(), rmse() or r2()");
        var two = training(2, softmaxCrossEntropy());
        var labels = Dataset.of(new float[][] {{1, 2}}, new int[] {1});
        assertThatThrownBy(() -> evaluated(two, labels, topKAccuracy(5)))
                .hasMessageContaining("top_5_accuracy: there are 2 classes only");
        assertThat(evaluated(two, labels, topKAccuracy(2)).values())
                .containsEntry("loss", evaluated(two, labels).value(loss()));
    }

    @Test
    void areasAreExactHoweverSureOutputsAre() {
        var training = training(1, binaryCrossEntropy());
        float[][] sides = {{0}, {0}, {0}, {1}, {1}, {1}};
        float[][] sure = {{30}, {40}, {50}, {60}, {70}, {80}};
        float[][] near = {{0.101f}, {0.102f}, {0.103f}, {0.104f}, {0.105f}, {0.106f}};
        for (int batch : new int[] {1, 4, 6}) {
            for (float[][] x : new float[][][] {sure, near}) {
                var found = evaluated(training.batch(batch), Dataset.of(x, sides), auc());
                assertThat(found.value(auc())).isEqualTo(1);
            }
        }
        var binned = evaluated(training, Dataset.of(sure, sides), auc().binned(1024));
        assertThat(binned.value(auc())).isEqualTo(0.5);
        // By hand: of 2·3 pairs 4 are right and one is equal, by weights.
        float[][] x = {{1}, {2}, {2}, {3}, {0}};
        float[][] y = {{0}, {0}, {1}, {1}, {1}};
        var found = evaluated(training, Dataset.of(x, y), auc());
        assertThat(found.value(auc())).isCloseTo(3.5 / 6, within(1e-9));
        var weighted =
                evaluated(
                        training.sampleWeight("w"),
                        weighted(x, NDArray.of(y), 2, 1, 1, 3, 0.5f),
                        auc());
        // Right: 1·2 + 3·2 + 3·1, equal: ½·1·1, of 4.5 · 3 in all.
        assertThat(weighted.value(auc())).isCloseTo(11.5 / 13.5, within(1e-9));
        // Sure classes of a softmax keep their order, too.
        float[][] three = {{90, 0, 0}, {95, 0, 0}, {99, 0, 1}, {0, 80, 1}};
        var classes =
                evaluated(
                        training(3, softmaxCrossEntropy()),
                        Dataset.of(three, new int[] {1, 0, 0, 2}),
                        auc());
        assertThat(classes.value(auc())).isCloseTo((1 + 2 / 3.0 + 1) / 3, within(1e-9));
    }

    /** What a checkpoint keeps of an unfinished epoch must be finite, and known again. */
    @Test
    void collectedOutputsAreFiniteAndKnownAgain() {
        float none = Float.NEGATIVE_INFINITY;
        var x = Tensor.constant(NDArray.of(new float[][] {{1, none}, {NAN, 2}, {-none, 0}}));
        var y = Tensor.constant(NDArray.of(new int[] {1, 0, -1}));
        var metric = auc().ignoreIndex(-1);
        double[] measured = Interpreter.run(metric.measure(x, y)).doubles();
        double[] sums = new double[metric.sums(measured.length)];
        for (int i = 0; i < 5; i++) {
            assertThat(metric.areSums(sums, measured.length)).isTrue();
            sums = metric.add(measured, 3, sums);
            assertThat(DoubleStream.of(sums)).allMatch(Double::isFinite);
        }
        assertThat(metric.areSums(sums, measured.length)).isTrue();
        // Wrong in all pairs: one class is shut out, the other output is no number.
        assertThat(metric.value(sums, 15)).isZero();
        assertThat(metric.areSums(sums, measured.length + 1)).isFalse();
        for (double[] wrong : new double[][] {{}, {2}, {2, 4, 1}, {1e300, 0}, {0.5, 0}, {2, -4}}) {
            assertThat(metric.areSums(wrong, measured.length)).isFalse();
        }
    }

    @Test
    void weightsOfOneChangeNothing() {
        var ones = new float[] {1, 1, 1, 1, 1, 1};
        var plain = training(3, softmaxCrossEntropy().ignoreIndex(-100)).batch(4);
        Results expected = evaluated(plain, Dataset.of(X, Y), OF_CLASSES);
        var found =
                evaluated(plain.sampleWeight("w"), weighted(X, NDArray.of(Y), ones), OF_CLASSES);
        expected.values()
                .forEach((name, value) ->
                        assertThat(found.values().get(name))
                                .as(name)
                                .isCloseTo(value, within(1e-6)));
    }

    @Test
    void anInfinitePerplexityIsWrittenAsSuch() {
        var training = training(2, softmaxCrossEntropy());
        var data = Dataset.of(new float[][] {{1e4f, -1e4f}}, new int[] {1});
        Results found = evaluated(training, data, perplexity());
        assertThat(found.value(loss())).isEqualTo(2e4);
        assertThat(found.toString()).isEqualTo("loss 20000.0000, perplexity Infinity");
    }

    @Test
    void aStepOfOnesOwnSaysWhatCounts() {
        Step own =
                (model, batch) -> {
                    Tensor out = model.predict(batch.x());
                    var sum = softmaxCrossEntropy().ignoreIndex(-100).sum(out, batch.y());
                    model.update(Gradients.gradients(sum.mean(), model), sgd(0));
                    Tensor weights = batch.x().slice(1, 0, 1).greater(0).cast(out.dtype());
                    return StepOutputs.of(sum)
                            .with(accuracy().ignoreIndex(-100), out, batch.y())
                            .with(f1().ignoreIndex(-100), out, batch.y(), weights.reshape(-1));
                };
        var training = Training.training(identity(3)).step(own).batch(4);
        try (var trainer = training.compile(Engine.cpu())) {
            Results found = trainer.evaluate(Dataset.of(X, Y));
            assertThat(found.value(loss())).isCloseTo(0.6807797779254499, within(1e-6));
            assertThat(found.value(accuracy())).isEqualTo(0.5);
            assertThat(found.value(f1())).isEqualTo(1);
        }
    }
}
