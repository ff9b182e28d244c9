package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

class PlateauTest {
    @TempDir private Path folder;

    /** PyTorch's ReduceLROnPlateau, written down with the state it keeps between epochs. */
    private static final class Reference {
        private final Option.ReduceLrOnPlateau rule;
        private double rate = 1;
        private double best;
        private int bad;
        private int coolingDown;

        private Reference(Option.ReduceLrOnPlateau rule) {
            this.rule = rule;
            best = rule.metric().higherIsBetter() ? -1e300 : 1e300;
        }

        private double step(double current) {
            boolean isBetter =
                    rule.metric().higherIsBetter()
                            ? current > best * (rule.threshold() + 1)
                            : current < best * (1 - rule.threshold());
            if (isBetter) {
                best = current;
                bad = 0;
            } else {
                bad++;
            }
            if (coolingDown > 0) {
                coolingDown--;
                bad = 0;
            }
            if (bad > rule.patience()) {
                rate = Math.max(rate * rule.factor(), rule.minLr());
                coolingDown = rule.cooldown();
                bad = 0;
            }
            return rate;
        }
    }

    private static History.Epoch epoch(int number, double loss, double accuracy) {
        var results = Results.of(Map.of("loss", loss, "accuracy", accuracy));
        return new History.Epoch(number, number, results, Results.none());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void ratesFallWherePyTorchsDo(long seed) {
        var loss = Option.reduceLrOnPlateau(Metrics.loss(), 0.5, 2);
        var rules =
                List.of(
                        loss,
                        Option.reduceLrOnPlateau(Metrics.loss(), 0.1, 0)
                                .cooldown(3)
                                .threshold(0.05),
                        loss.cooldown(1).minLr(0.2),
                        Option.reduceLrOnPlateau(Metrics.accuracy(), 0.3, 1).threshold(0.01));
        for (Option.ReduceLrOnPlateau rule : rules) {
            var random = new Random(seed);
            var reference = new Reference(rule);
            var epochs = new ArrayList<History.Epoch>();
            for (int i = 1; i <= 60; i++) {
                double value = 1.0 / i + random.nextDouble() * 0.3;
                epochs.add(epoch(i, value, 1 - value / 2));
                double expected =
                        reference.step(rule.metric().higherIsBetter() ? 1 - value / 2 : value);
                assertThat(rule.share(new History(epochs)))
                        .as(rule + " at " + i)
                        .isEqualTo(expected);
            }
            assertThat(reference.rate).as("a rule that never acts proves nothing").isLessThan(1);
        }
    }

    private static Training training() {
        return Training.training(Model.model(Input.input(2), Layers.dense(1)))
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.sgd(0.5))
                .batch(2);
    }

    private static final Dataset DATA =
            Dataset.of(new float[][] {{1, 2}, {3, 4}}, new float[][] {{1}, {-1}});

    @Test
    void aRunThatStandsStillIsGivenASmallerRate() {
        // Nothing is better by half of itself, so every epoch but the first is one too many.
        var always = Option.reduceLrOnPlateau(Metrics.loss(), 0.5, 0).threshold(1);
        var rates = new ArrayList<Double>();
        var told = new ArrayList<Event>();
        try (Trainer trainer = training().compile(Engine.cpu())) {
            TrainerCallback callback =
                    event -> {
                        if (event instanceof Event.StepDone) {
                            rates.add(trainer.programs().state().read("sgd/learning_rate").at(0));
                        }
                        if (event instanceof Event.LearningRateChanged) {
                            told.add(event);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    };
            trainer.fit(DATA, Option.epochs(4), always, Option.callback(callback));
            assertThat(told)
                    .startsWith(
                            new Event.LearningRateChanged(2, 1, 0.5),
                            new Event.LearningRateChanged(3, 0.5, 0.25));
            assertThat(rates).containsExactly(0.5, 0.5, 0.25, 0.125);
            rates.clear();
            trainer.fit(DATA, Option.epochs(1), Option.callback(callback));
            assertThat(rates).as("what a run has learnt stays").containsExactly(0.0625);
        }
    }

    @Test
    void aResumedRunGoesOnWithTheRateItHad() {
        var always = Option.reduceLrOnPlateau(Metrics.loss(), 0.5, 0).threshold(1);
        Path middle = folder.resolve("middle.ckpt");
        Training training = training().optimizer(Optimizers.sgd(0.01).momentum(0.5));
        History whole;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            TrainerCallback save =
                    event -> {
                        if (event instanceof Event.StepDone done && done.step() == 4) {
                            trainer.save(middle);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    };
            whole = trainer.fit(DATA, Option.epochs(7), always, Option.callback(save));
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(middle);
            assertThat(trainer.rates().change().share()).isEqualTo(0.25);
            assertThat(trainer.fit(DATA, Option.epochs(7), always)).isEqualTo(whole);
        }
    }

    @Test
    void factorsThatDoNotLowerAreRefused() {
        assertThatThrownBy(() -> Option.reduceLrOnPlateau(Metrics.loss(), 1, 3))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(
                        "reduceLrOnPlateau: the factor must be above 0 and below 1, got 1.0");
    }
}
