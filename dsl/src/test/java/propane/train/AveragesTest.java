package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.WeightFilters;
import propane.nn.metric.Metrics;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.Results;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

class AveragesTest {
    private static final double DECAY = 0.8;

    private final Dataset data = Digits.ALL.take(96).shuffle(2);

    @TempDir private Path folder;

    private static Training training() {
        return Digits.training(Digits.model()).ema(DECAY);
    }

    /** The mean as a plain loop over the weights after each update. */
    private static final class Reference implements TrainerCallback {
        private final Trainer trainer;
        private final int every;
        private final Map<String, float[]> means = new HashMap<>();

        private Reference(Trainer trainer, int every) {
            this.trainer = trainer;
            this.every = every;
            Weights start = trainer.weights();
            start.paths().forEach(path -> means.put(path, start.at(path).floats().clone()));
        }

        @Override
        public Signal on(Event event) {
            if (event instanceof Event.StepDone done && done.step() % every == 0) {
                Weights now = trainer.weights();
                means.forEach((path, mean) -> {
                    float[] w = now.at(path).floats();
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] += (w[i] - mean[i]) * (float) (1 - DECAY);
                    }
                });
            }
            return Signal.CONTINUE;
        }

        void check() {
            Weights found = trainer.weights(Option.useEma());
            var model = trainer.training().model();
            var trained = model.trainable().stream().map(weight -> weight.path()).toList();
            for (String path : found.paths()) {
                float[] expected =
                        trained.contains(path)
                                ? means.get(path)
                                : trainer.weights().at(path).floats();
                assertThat(found.at(path).floats()).as(path).containsExactly(expected);
            }
        }
    }

    private void check(Training training, int every) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            var reference = new Reference(trainer, every);
            trainer.fit(data, Option.epochs(2), Option.callback(reference));
            reference.check();
            assertThat(trainer.weights(Option.useEma())).isNotEqualTo(trainer.weights());
        }
    }

    @Test
    void meansAreThoseOfTheWeightsAfterEachUpdate() {
        check(training(), 1);
    }

    @Test
    void meansMoveOnlyWhenWeightsDo() {
        check(training().gradientAccumulation(3), 3);
    }

    @Test
    void frozenWeightsHaveNone() {
        var frozen = Digits.model().freeze(WeightFilters.under("trunk"));
        check(Digits.training(frozen).ema(DECAY), 1);
    }

    @Test
    void keepingMeansChangesNoWeight() {
        Weights without;
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(2));
            without = trainer.weights();
        }
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(2), Option.validationData(data), Option.useEma());
            assertThat(trainer.weights()).isEqualTo(without);
        }
    }

    @Test
    void measuringPredictingAndExportingReadThem() {
        NDArray x = data.take(5).all().x();
        Path exported = folder.resolve("averaged.mlpackage");
        Weights means;
        Results results;
        NDArray predicted;
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(2));
            means = trainer.weights(Option.useEma());
            results = trainer.evaluate(data, Option.useEma());
            predicted = trainer.predict(x, Option.useEma());
            assertThat(results).isNotEqualTo(trainer.evaluate(data));
            assertThat(predicted).isNotEqualTo(trainer.predict(x));
            var history =
                    trainer.fit(
                            data, Option.epochs(1), Option.validationData(data), Option.useEma());
            assertThat(history.last(Metrics.loss()))
                    .isEqualTo(trainer.evaluate(data, Option.useEma()).value(Metrics.loss()));
            trainer.load(means);
            trainer.export(exported, Option.useEma());
        }
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            trainer.load(means);
            assertThat(trainer.evaluate(data)).isEqualTo(results);
            assertThat(trainer.predict(x)).isEqualTo(predicted);
            Path plain = folder.resolve("plain.mlpackage");
            trainer.export(plain);
            assertThat(output(exported, x)).isEqualTo(output(plain, x));
        }
    }

    private static NDArray output(Path mlpackage, NDArray x) {
        Program.Function predict = CoreMl.read(mlpackage).functions().getFirst();
        Port input = predict.inputs().getFirst();
        var inputs = Map.of(input.name(), x.slice(0, 1));
        return Interpreter.run(predict, inputs).values().iterator().next();
    }

    @Test
    void loadedWeightsAreWhereMeansBeginAgain() {
        try (Trainer trainer = training().compile(Engine.cpu())) {
            Weights start = trainer.weights();
            trainer.fit(data, Option.epochs(1));
            trainer.load(start);
            assertThat(trainer.weights(Option.useEma())).isEqualTo(start);
        }
    }

    @Test
    void withoutMeansThereIsNothingToRead() {
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.evaluate(data, Option.useEma()))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("add .ema(0.999)");
            assertThatThrownBy(() -> trainer.fit(data, Option.useEma()))
                    .isInstanceOf(PropaneException.class);
            assertThat(trainer.steps()).isZero();
        }
        assertThatThrownBy(() -> training().ema(1))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("above 0 and below 1, got 1.0");
    }
}
