package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.cosineDistance;
import static propane.nn.loss.Losses.klDivergence;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.metric.Metrics.mae;
import static propane.nn.metric.Metrics.perplexity;
import static propane.nn.metric.Metrics.r2;
import static propane.nn.metric.Metrics.rmse;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.train.result.Results;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Weights of what an example is made of: steps of a sequence, elements of a target. */
class WeightedPartsTest {
    private static Results evaluated(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            return trainer.evaluate(data);
        }
    }

    private static Training sequences(Loss loss, int... weighted) {
        var model = model(Input.input(4), sequential(dense(6), reshape(3, 2)));
        var training = Training.training(model).loss(loss).optimizer(sgd(0.1)).batch(2).seed(3);
        return training.sampleWeight("w", weighted);
    }

    private static Dataset sequences(NDArray targets, NDArray weights) {
        var x = new float[][] {{1, 2, -1, 0}, {0, 1, 1, 3}, {-1, -1, 2, 1}};
        return Dataset.of(Map.of("input", NDArray.of(x)), Map.of("target", targets, "w", weights));
    }

    private static NDArray numbers(int... dims) {
        var type = TensorType.float32(Shape.shape(dims));
        double[] values = new double[type.shape().size()];
        Arrays.setAll(values, i -> Math.sin(3 * i) + 0.1 * i);
        return NDArray.of(values, type);
    }

    /** Weights [n, t] of targets [n, t, d] are those of all d. */
    @Test
    void weightsMayBeOfTheFirstAxesOfATarget() {
        float[] steps = {1, 0, 2, 0.5f, 1, 0, 0, 3, 1};
        float[] each = new float[18];
        float[] examples = new float[18];
        for (int i = 0; i < each.length; i++) {
            each[i] = steps[i / 2];
            examples[i] = i / 6 + 0.5f;
        }
        NDArray targets = numbers(3, 3, 2);
        Metric[] metrics = {mae(), rmse(), r2()};
        Results byStep =
                evaluated(
                        sequences(meanSquaredError(), 3).metrics(metrics),
                        sequences(targets, NDArray.of(steps, 3, 3)));
        Results byElement =
                evaluated(
                        sequences(meanSquaredError(), 3, 2).metrics(metrics),
                        sequences(targets, NDArray.of(each, 3, 3, 2)));
        requireNear(byStep, byElement);
        requireNear(
                evaluated(
                        sequences(meanSquaredError()).metrics(metrics),
                        sequences(targets, NDArray.of(new float[] {0.5f, 1.5f, 2.5f}))),
                evaluated(
                        sequences(meanSquaredError(), 3, 2).metrics(metrics),
                        sequences(targets, NDArray.of(examples, 3, 3, 2))));
        assertThat(
                        evaluated(
                                        sequences(cosineDistance(), 3),
                                        sequences(targets, NDArray.of(steps, 3, 3)))
                                .value(loss()))
                .isFinite();
    }

    private static void requireNear(Results found, Results expected) {
        expected.values()
                .forEach((name, value) ->
                        assertThat(found.values().get(name))
                                .as(name)
                                .isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value)))));
    }

    /** A mask of labels is what ignored labels are. */
    @Test
    void weightsOfLabelsAreAsLabelsThatAreIgnored() {
        int[] labels = {0, 1, 1, 0, 0, 1, 1, 1, 0};
        float[] mask = {1, 0, 1, 1, 1, 0, 0, 1, 1};
        int[] ignored = labels.clone();
        for (int i = 0; i < mask.length; i++) {
            ignored[i] = mask[i] == 0 ? -1 : labels[i];
        }
        Metric[] metrics = {
            Metrics.accuracy(), f1(), auc(), perplexity(), Metrics.recall().micro()
        };
        var ones = new float[9];
        Arrays.fill(ones, 1);
        requireNear(
                evaluated(
                        sequences(softmaxCrossEntropy(), 3).metrics(metrics),
                        sequences(NDArray.of(labels, 3, 3), NDArray.of(mask, 3, 3))),
                evaluated(
                        sequences(softmaxCrossEntropy().ignoreIndex(-1), 3).metrics(metrics),
                        sequences(NDArray.of(ignored, 3, 3), NDArray.of(ones, 3, 3))));
    }

    @Test
    void weightsOfWhatALossHasNoTermsForAreRefused() {
        for (Training training :
                List.of(
                        sequences(klDivergence(true), 3),
                        sequences(cosineDistance(), 3, 2),
                        sequences(meanSquaredError(), 2),
                        sequences(meanSquaredError(), 3, 3),
                        sequences(softmaxCrossEntropy(), 3, 2))) {
            assertThatThrownBy(training::compile)
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("sampleWeight: there are weights [2, ")
                    .hasMessageContaining("fix: ");
        }
    }
}
