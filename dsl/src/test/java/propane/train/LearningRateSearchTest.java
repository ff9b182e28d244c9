package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.History;
import propane.train.result.LearningRateTrials;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class LearningRateSearchTest {
    private final Dataset data = Digits.ALL.take(200).shuffle(3);

    private static Map<String, NDArray> state(Trainer trainer) {
        var state = new LinkedHashMap<String, NDArray>();
        for (Port port : trainer.programs().state().ports()) {
            state.put(port.name(), trainer.programs().state().read(port.name()));
        }
        return state;
    }

    private static void checkNothingIsLeft(Training training, Dataset data, double largest) {
        History undisturbed;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            undisturbed = trainer.fit(data, Option.epochs(2));
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            var before = state(trainer);
            trainer.findLearningRate(data, 1e-5, largest, 40);
            assertThat(state(trainer)).isEqualTo(before);
            assertThat(trainer.fit(data, Option.epochs(2))).isEqualTo(undisturbed);
        }
    }

    @Test
    void theStateIsLeftAsItWasToTheLastBit() {
        checkNothingIsLeft(Digits.training(Digits.model()), data, 1);
        checkNothingIsLeft(Digits.training(Digits.model()).gradientAccumulation(3), data, 1);
    }

    @Test
    void theStateIsLeftAsItWasAfterRatesThatMakeTheLossInfinite() {
        checkNothingIsLeft(
                Digits.training(Digits.model()).optimizer(Optimizers.sgd(0.01)), data, 1e30);
    }

    @Test
    void lossesOfASearchAreThoseOfTrainingByThoseRates() {
        Training training = mlp().optimizer(Optimizers.adam(1)).batch(200);
        var expected = new ArrayList<Double>();
        LearningRateTrials found;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            found = trainer.findLearningRate(data, 1e-4, 1e-2, 5);
            for (LearningRateTrials.Trial trial : found.trials()) {
                trainer.learningRate(trial.rate());
                expected.add(trainer.step(data.all()).value(Metrics.loss()));
            }
        }
        List<Double> rates = found.trials().stream().map(LearningRateTrials.Trial::rate).toList();
        assertThat(rates).hasSize(5);
        assertThat(rates.getFirst()).isEqualTo(1e-4);
        assertThat(rates.getLast()).isEqualTo(1e-2);
        assertThat(expected.getLast()).isLessThan(expected.getFirst());
        for (int i = 0; i < 5; i++) {
            // Another order of the examples, and so other roundings.
            assertThat(found.trials().get(i).loss()).isCloseTo(expected.get(i), within(1e-5));
        }
    }

    private static Training mlp() {
        Layer layers =
                Layers.sequential(
                        Layers.flatten(), Layers.dense(32), Layers.relu(), Layers.dense(10));
        return Training.training(Model.model(Input.input(1, 8, 8), layers))
                .loss(Losses.softmaxCrossEntropy());
    }

    @Test
    void theSuggestionTrainsBetterThanAHundredthAndAHundredfoldOfIt() {
        Training training = mlp().optimizer(Optimizers.sgd(1));
        var digits = Digits.ALL.take(600).shuffle(1);
        double suggestion;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            LearningRateTrials found = trainer.findLearningRate(digits);
            suggestion = found.suggestion();
        }
        double loss = lossAfter(training, digits, suggestion);
        assertThat(loss).isLessThan(1);
        assertThat(loss).isLessThan(lossAfter(training, digits, suggestion / 100));
        assertThat(loss).isLessThan(lossAfter(training, digits, suggestion * 100));
    }

    private static double lossAfter(Training training, Dataset data, double rate) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.learningRate(rate);
            try {
                trainer.fit(data, Option.epochs(5));
                return trainer.evaluate(data).value(Metrics.loss());
            } catch (NumericException e) {
                return Double.POSITIVE_INFINITY;
            }
        }
    }

    @Test
    void theSteepestFallBeforeTheSmallestLossIsSuggested() {
        double[] losses = {4, 4, 4, 3.9, 3.5, 2.5, 1.5, 1.1, 1, 1.2, 3, 0.9999};
        var trials = new ArrayList<LearningRateTrials.Trial>();
        for (int i = 0; i < losses.length - 1; i++) {
            trials.add(new LearningRateTrials.Trial(Math.pow(10, i - 8), losses[i], losses[i]));
        }
        assertThat(new LearningRateTrials(trials).suggestion()).isEqualTo(1e-3);
    }

    @Test
    void ratesThatDoNotGrowAreRefused() {
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.findLearningRate(data, 1, 0.1, 10))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("rates must grow");
        }
    }
}
