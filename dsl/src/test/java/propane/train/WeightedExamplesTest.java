package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.loss.Loss;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;

import java.util.Map;

class WeightedExamplesTest {
    private static final float[] NOT_ALIKE = {2, 0.5f, 0, 1.5f};

    private static Training training(Loss loss, double rate) {
        return Training.training(model(Input.input(2), dense(3)))
                .loss(loss)
                .optimizer(sgd(rate))
                .batch(3)
                .seed(1);
    }

    /** Four examples in batches of three; the third is what it is told to be. */
    private static Dataset data(float third, float... weights) {
        float[][] x = {{1, 0}, {0, 1}, {third, third}, {-1, 2}};
        var targets =
                Map.of("target", NDArray.of(new int[] {0, 1, 2, 1}), "trust", NDArray.of(weights));
        return Dataset.of(Map.of("input", NDArray.of(x)), targets);
    }

    private static float[] trained(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(5));
            return trainer.weights().at("dense_1/weight").floats();
        }
    }

    @Test
    void examplesOfNoWeightTeachNothing() {
        var weighted = training(softmaxCrossEntropy(), 0.1).sampleWeight("trust");
        assertThat(trained(weighted, data(3, NOT_ALIKE)))
                .isEqualTo(trained(weighted, data(-7, NOT_ALIKE)))
                .isNotEqualTo(trained(weighted, data(3, 1, 1, 1, 1)));
    }

    @Test
    void weightsThatAreAllAlikeChangeNothing() {
        var training = training(softmaxCrossEntropy().labelSmoothing(0.1), 0.25);
        for (float weight : new float[] {1, 2, 0.125f}) {
            var weighted = training.sampleWeight("trust");
            assertThat(trained(weighted, data(3, weight, weight, weight, weight)))
                    .containsExactly(trained(training, data(3, 1, 1, 1, 1)), within(1e-6f));
        }
    }

    @Test
    void theLossIsTheMeanOfWeightedLosses() {
        var plain = training(softmaxCrossEntropy(), 0);
        double expected = 0;
        try (var trainer = plain.batch(1).compile(Engine.cpu())) {
            var all = data(3, NOT_ALIKE);
            for (int i = 0; i < NOT_ALIKE.length; i++) {
                var one = i == 0 ? all.take(1) : all.splitAt(i).test().take(1);
                expected += NOT_ALIKE[i] * trainer.evaluate(one).value(loss()) / NOT_ALIKE.length;
            }
        }
        try (var trainer = plain.sampleWeight("trust").compile(Engine.cpu())) {
            double measured = trainer.evaluate(data(3, NOT_ALIKE)).value(loss());
            assertThat(measured).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void weightsNeedALossOfEachExampleAndAreOfTheData() {
        Loss whole = (p, y) -> p.sub(y).square().mean();
        assertThatThrownBy(() -> training(whole, 1).sampleWeight("trust").compile(Engine.cpu()))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(
                        "sampleWeight: the loss does not tell the loss of each example");
        var unknown = training(meanSquaredError(), 1).sampleWeight("truth");
        var x = NDArray.of(new float[6], 2, 3);
        var data =
                Dataset.of(
                        Map.of("input", NDArray.of(new float[4], 2, 2)),
                        Map.of("target", x, "trust", NDArray.of(new float[2])));
        assertThatThrownBy(() -> trained(unknown, data))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("did you mean trust?");
    }
}
