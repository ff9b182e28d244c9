package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.hinge;
import static propane.nn.loss.Losses.hingeEmbedding;
import static propane.nn.loss.Losses.huber;
import static propane.nn.loss.Losses.meanAbsoluteError;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.smoothL1;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.binaryAccuracy;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.metric.Metrics.mae;
import static propane.nn.metric.Metrics.precision;
import static propane.nn.metric.Metrics.r2;
import static propane.nn.metric.Metrics.rmse;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.nn.loss.LossTerms;
import propane.nn.metric.Metric;
import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.option.Precision;
import propane.train.result.Results;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Targets of which some are missing, as NaN or by a mask. */
class MissingTargetsTest {
    private static final float NAN = Float.NaN;

    @TempDir private Path folder;

    static Stream<Loss.Elementwise> losses() {
        return Stream.of(
                meanSquaredError(),
                meanAbsoluteError(),
                huber(0.7),
                smoothL1(0.7),
                binaryCrossEntropy(),
                hinge(),
                hingeEmbedding());
    }

    /** A model whose outputs are its inputs. */
    private static Model identity(int width) {
        float[] ones = new float[width * width];
        for (int i = 0; i < width; i++) {
            ones[i * (width + 1)] = 1;
        }
        var start = Map.of("dense_1/weight", NDArray.of(ones, width, width));
        return model(Input.input(width), dense(width).bias(false)).withWeights(start);
    }

    private static Results evaluated(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            return trainer.evaluate(data);
        }
    }

    private static NDArray fitted(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(3), inOrder());
            return trainer.weights().at("dense_1/weight");
        }
    }

    private static final float[][] X = {{3, -1}, {-1, 2}, {-2, -3}, {0.5f, 1}, {9, 9}};

    /** Signs or, of no and yes, sides, of which some are missing. */
    private static float[][] sides(Loss loss) {
        float no = loss.targetKind() == Loss.TargetKind.SIGNS ? -1 : 0;
        return new float[][] {{1, NAN}, {NAN, 1}, {no, no}, {1, no}, {NAN, NAN}};
    }

    private static float[][] changed(float[][] of, float[][] where, float content) {
        float[][] changed = new float[of.length][];
        for (int i = 0; i < of.length; i++) {
            changed[i] = of[i].clone();
            for (int k = 0; k < of[i].length; k++) {
                changed[i][k] = Float.isNaN(where[i][k]) ? content : changed[i][k];
            }
        }
        return changed;
    }

    /** The mean over the elements that are there, one by one. */
    @ParameterizedTest
    @MethodSource("losses")
    void whatIsMissingCountsNowhere(Loss.Elementwise loss) {
        float[][] y = sides(loss);
        double expected = 0;
        int count = 0;
        for (int i = 0; i < X.length; i++) {
            for (int k = 0; k < 2; k++) {
                if (!Float.isNaN(y[i][k])) {
                    Tensor one = Tensor.constant(NDArray.of(new float[] {X[i][k]}, 1, 1));
                    Tensor t = Tensor.constant(NDArray.of(new float[] {y[i][k]}, 1, 1));
                    expected += Interpreter.run(loss.of(one, t)).at(0);
                    count++;
                }
            }
        }
        for (int batch = 1; batch < 6; batch++) {
            var training =
                    Training.training(identity(2))
                            .loss(loss.ignoreNaN().lossWeight(2))
                            .optimizer(sgd(0.1))
                            .batch(batch);
            assertThat(evaluated(training, Dataset.of(X, y)).value(loss()))
                    .isCloseTo(2 * expected / count, within(1e-6));
        }
    }

    /** Not 0 times what is there: a select, whatever it is. */
    @ParameterizedTest
    @MethodSource("losses")
    void nothingIsLearnedWhereATargetIsMissing(Loss.Elementwise loss) {
        float[][] y = sides(loss);
        Tensor target = Tensor.constant(NDArray.of(y));
        for (float content : new float[] {1, 1e4f, -1e15f, Float.POSITIVE_INFINITY, NAN}) {
            var x = NDArray.of(changed(X, y, content));
            Tensor port = Input.input("x", 2).port(X.length).tensor();
            Tensor sum = loss.ignoreNaN().of(port, target);
            var found =
                    Interpreter.run(
                            List.of(sum, ReverseMode.gradients(sum, List.of(port)).getFirst()),
                            Map.of("x", x));
            assertThat(found.getFirst().at(0)).isFinite();
            for (int i = 0; i < y.length; i++) {
                for (int k = 0; k < 2; k++) {
                    double gradient = found.get(1).at(2 * i + k);
                    if (Float.isNaN(y[i][k])) {
                        assertThat(gradient).isZero();
                    } else {
                        assertThat(gradient).isFinite();
                    }
                }
            }
        }
    }

    private static Metric[] metrics(Loss loss) {
        return loss.targetKind() == Loss.TargetKind.NUMBERS
                ? new Metric[] {mae(), rmse(), r2()}
                : new Metric[] {
                    binaryAccuracy(),
                    f1().multiLabel(),
                    precision().multiLabel().micro(),
                    auc().multiLabel(),
                    mae(),
                    rmse()
                };
    }

    /** A mask from the data says the same as NaN, of losses and of metrics. */
    @ParameterizedTest
    @MethodSource("losses")
    void aMaskOfElementsIsTheSame(Loss.Elementwise loss) {
        float[][] y = sides(loss);
        int[] mask = new int[2 * y.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = Float.isNaN(y[i / 2][i % 2]) ? 0 : 1;
        }
        var plain =
                Training.training(identity(2)).metrics(metrics(loss)).optimizer(sgd(0.1)).batch(3);
        var ignoring = plain.loss(loss.ignoreNaN());
        var masked = plain.loss(loss).sampleWeight("mask", 2);
        Results expected = evaluated(ignoring, Dataset.of(X, y));
        NDArray learned = fitted(ignoring, Dataset.of(X, y));
        for (float content : new float[] {0, 1, -7, 1e15f, NAN}) {
            var data =
                    Dataset.of(
                            Map.of("input", NDArray.of(X)),
                            Map.of(
                                    "target", NDArray.of(changed(y, y, content)),
                                    "mask", NDArray.of(mask, y.length, 2)));
            assertThat(evaluated(masked, data)).as("content " + content).isEqualTo(expected);
            assertThat(fitted(masked, data)).isEqualTo(learned);
        }
        // What stands among the outputs of the last example is anything, too.
        float[][] other = X.clone();
        other[4] = new float[] {1e15f, -1e15f};
        assertThat(evaluated(ignoring, Dataset.of(other, y))).isEqualTo(expected);
        assertThat(fitted(ignoring, Dataset.of(other, y))).isEqualTo(learned);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void halfPrecisionKnowsWhatIsMissing(Loss.Elementwise loss) {
        float[][] y = sides(loss);
        var training =
                Training.training(identity(2))
                        .loss(loss.ignoreNaN())
                        .metrics(metrics(loss))
                        .optimizer(sgd(0.1))
                        .batch(3);
        var half = training.precision(Precision.MIXED_FLOAT16);
        Results expected = evaluated(training, Dataset.of(X, y));
        Results found = evaluated(half, Dataset.of(X, y));
        expected.values()
                .forEach((name, value) ->
                        assertThat(found.values().get(name))
                                .as(name)
                                .isCloseTo(value, within(1e-2)));
        assertThat(fitted(half, Dataset.of(X, y)).doubles())
                .containsExactly(fitted(training, Dataset.of(X, y)).doubles(), within(1e-2));
    }

    /** Values of NumPy, output by output of what is there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void metricsKnowWhatIsMissing(int batch) {
        float[][] p = {{1, 5}, {2, 6}, {3, 8}, {4.5f, 1}};
        float[][] t = {{1.5f, NAN}, {2, 7}, {1, 9}, {5, NAN}};
        var training =
                Training.training(identity(2))
                        .loss(meanSquaredError().ignoreNaN())
                        .metrics(mae(), rmse(), r2())
                        .optimizer(sgd(0.1))
                        .batch(batch);
        Results found = evaluated(training, Dataset.of(p, t));
        assertThat(found.value(loss())).isCloseTo((0.25 + 4 + 0.25 + 1 + 1) / 6, within(1e-6));
        assertThat(found.value(mae())).isCloseTo((0.5 + 2 + 0.5 + 1 + 1) / 6, within(1e-6));
        assertThat(found.value(rmse())).isCloseTo(Math.sqrt(found.value(loss())), within(1e-6));
        // 1 − 4.5 / 9.6875 of the first output, 1 − 2 / 2 of the second.
        assertThat(found.value(r2())).isCloseTo((0.5354838709677419 + 0) / 2, within(1e-6));
        float[][] none = {{1, NAN}, {1, NAN}, {2, NAN}, {3, NAN}};
        float[][] met = {{1, 0}, {1, 9}, {2, 7}, {3, 8}};
        Results one = evaluated(training, Dataset.of(met, none));
        assertThat(one.value(r2())).isEqualTo(1);
        float[][] nothing = {{NAN, NAN}, {NAN, NAN}};
        Results nowhere = evaluated(training, Dataset.of(Arrays.copyOf(p, 2), nothing));
        assertThat(nowhere.values().values()).allMatch(value -> value == 0);
    }

    @Test
    void whatIsMissingIsRefusedUnlessTheLossLeavesItOut() throws IOException {
        float[][] y = {{1, 2}, {3, NAN}, {4, 5}, {6, 7}, {8, 9}};
        var data = Dataset.of(X, y);
        var plain =
                Training.training(identity(2)).loss(meanSquaredError()).optimizer(sgd(0)).batch(2);
        Step whole =
                (model, batch) -> {
                    var l = meanSquaredError().of(model.predict(batch.x()), batch.y());
                    model.update(gradients(l, model), sgd(0));
                    return StepOutputs.of(loss(), l);
                };
        // Who reads it once without leaving out what is missing is not to have it.
        Step both =
                (model, batch) -> {
                    Tensor p = model.predict(batch.x());
                    var l = meanSquaredError().ignoreNaN().sum(p, batch.y());
                    model.update(gradients(l, model), sgd(0));
                    return StepOutputs.of(l).with(mae(), p, batch.y());
                };
        var own = Training.training(identity(2)).targets(Input.input("target", 2)).batch(2);
        for (Training training : List.of(plain, own.step(whole), own.step(both))) {
            try (var trainer = training.compile(Engine.cpu())) {
                for (Runnable door :
                        List.<Runnable>of(
                                () -> trainer.fit(data),
                                () -> trainer.evaluate(data),
                                () -> trainer.step(data.all()),
                                () -> trainer.findLearningRate(data))) {
                    assertThatThrownBy(door::run)
                            .isInstanceOf(DataException.class)
                            .hasMessageContaining(
                                    "example 1: the target is missing, NaN in element 1")
                            .hasMessageContaining("meanSquaredError().ignoreNaN()");
                }
            }
        }
        var weighted = plain.loss(meanSquaredError().ignoreNaN()).sampleWeight("w");
        var bad =
                Dataset.of(
                        Map.of("input", NDArray.of(X)),
                        Map.of(
                                "target", NDArray.of(y),
                                "w", NDArray.of(new float[] {1, 1, NAN, 1, 1})));
        assertThatThrownBy(() -> evaluated(weighted, bad))
                .hasMessageContaining("example 2: the w is missing");
        assertThatThrownBy(() -> Dataset.of(X, new float[][] {{1}, {2}, {1 / 0f}, {1}, {1}}))
                .hasMessageContaining("target holds Infinity in example 2");
        Path file = folder.resolve("table.csv");
        Files.writeString(file, "a,b,c,d\n1,2,3,4\n5,6,,8\n9,1,2,NaN\n");
        var table = Dataset.csv(file, List.of("c", "d"));
        assertThatThrownBy(() -> evaluated(plain, table))
                .hasMessageStartingWith(file + ":3: the target is missing, NaN in element 0");
        assertThatCode(() -> evaluated(plain.loss(meanSquaredError().ignoreNaN()), table))
                .doesNotThrowAnyException();
    }

    @Test
    void aStepOfOnesOwnLeavesOutWhatIsMissing() {
        Step step =
                (model, batch) -> {
                    Tensor p = model.predict(batch.x());
                    var l = meanSquaredError().ignoreNaN().sum(p, batch.y());
                    model.update(gradients(l, model), sgd(0.1));
                    Tensor known = LossTerms.known(batch.y());
                    Tensor numbers = LossTerms.numbers(batch.y());
                    return StepOutputs.of(l)
                            .with(mae(), p, known, numbers)
                            .with(r2(), p, known, numbers);
                };
        float[][] y = {{1, NAN}, {NAN, 1}, {-1, -1}, {1, -1}, {NAN, NAN}};
        var own =
                Training.training(identity(2))
                        .step(step)
                        .targets(Input.input("target", 2))
                        .batch(3);
        var named =
                Training.training(identity(2))
                        .loss(meanSquaredError().ignoreNaN())
                        .metrics(mae(), r2())
                        .optimizer(sgd(0.1))
                        .batch(3);
        var data = Dataset.of(X, y);
        assertThat(evaluated(own, data).values()).isEqualTo(evaluated(named, data).values());
        assertThat(fitted(own, data)).isEqualTo(fitted(named, data));
    }

    @Test
    void outputsByThemselvesHaveAreasOfWhatCounts() {
        float[][] x = {{1, 9}, {2, 3}, {3, 1}, {0, 2}, {5, 0}};
        float[][] y = {{0, 1}, {0, NAN}, {1, 0}, {1, NAN}, {NAN, 1}};
        var training =
                Training.training(identity(2))
                        .loss(binaryCrossEntropy().ignoreNaN())
                        .optimizer(sgd(0.1));
        for (int batch : new int[] {1, 2, 5}) {
            for (Metric metric : List.of(auc().multiLabel(), auc().multiLabel().binned(4096))) {
                var found = evaluated(training.metrics(metric).batch(batch), Dataset.of(x, y));
                // Of the first 2 of 4 pairs are right, of the second 1 of 2.
                assertThat(found.value(auc())).isCloseTo((0.5 + 0.5) / 2, within(1e-6));
            }
        }
        // Of the first 1 is right of 3 taken and 2 there, of the second 1 of 2 and 2.
        var scores = evaluated(training.metrics(f1().multiLabel()), Dataset.of(x, y));
        assertThat(scores.value(f1())).isCloseTo((2 / 5.0 + 2 / 4.0) / 2, within(1e-6));
    }
}
