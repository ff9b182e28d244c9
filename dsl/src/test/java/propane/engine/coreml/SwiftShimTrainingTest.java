package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.EngineException;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The digits of the examples, learnt through Java, Swift, the stand-in and Java again. */
@OnTheSwiftShim
class SwiftShimTrainingTest {
    static final Dataset.Split DIGITS =
            Dataset.csv(Path.of("..", "examples", "data", "digits.csv"), "label")
                    .reshape(8, 8)
                    .scale(1 / 16.0)
                    .splitAt(1500);

    /** All that can be seen of a training. */
    private record Seen(List<Double> losses, History history, Weights weights) {}

    static Training training(int hidden) {
        return Training.training(
                        Model.model(
                                Input.input(8, 8),
                                sequential(flatten(), dense(hidden), relu(), dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .metrics(Metrics.accuracy())
                .batch(32)
                .seed(42);
    }

    private static Seen train(Engine engine, Training training, int epochs) {
        var losses = new ArrayList<Double>();
        TrainerCallback hears =
                event -> {
                    if (event instanceof Event.StepDone(_, _, var results)) {
                        losses.add(results.value(Metrics.loss()));
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        try (Trainer trainer = training.compile(engine)) {
            History history =
                    trainer.fit(
                            DIGITS.train(),
                            Option.epochs(epochs),
                            Option.validationData(DIGITS.test()),
                            Option.callback(hears));
            return new Seen(losses, history, trainer.weights());
        }
    }

    /**
     * Trains through the shim and without it, and returns what must be the same to the last bit.
     */
    private static Seen same(Training training, int epochs) {
        Seen through = train(new CoreMlEngine(), training, epochs);
        Seen direct = train(new LoweredOnCpu(), training, epochs);
        assertThat(through.losses()).isEqualTo(direct.losses());
        assertThat(through.history()).isEqualTo(direct.history());
        assertThat(through.weights()).isEqualTo(direct.weights());
        return through;
    }

    /** The model, data and options of the example, all its 1,880 steps. */
    @Test
    void digitsAreLearntToTheLastBitAsTheLoweredProgramLearnsThem() {
        Seen through = same(training(64), 40);
        assertThat(through.losses()).hasSize(40 * 47);
        double accuracy = through.history().last(Metrics.accuracy());
        System.out.printf("digits through the Swift shim: accuracy %.4f%n", accuracy);
        assertThat(accuracy).isGreaterThan(0.93);
    }

    /** The CPU adds a batch's gradients up while the shim predicts the next. */
    @Test
    void batchesThatMakeOneUpdateAreTheSame() {
        same(training(32).gradientAccumulation(3), 2);
    }

    @Test
    void outputsThatAreWrittenInPaddedRowsElsewhereAreTheSame() {
        StandInCoreMl.backed(false);
        try {
            same(training(40), 2);
        } finally {
            StandInCoreMl.backed(true);
        }
    }

    @Test
    void aPredictionThatFailsIsAnErrorOfTheEngine() {
        var batch = DIGITS.train().take(32);
        try (Trainer trainer = training(24).compile(new CoreMlEngine())) {
            trainer.fit(batch);
            StandInCoreMl.failNext();
            assertThatThrownBy(() -> trainer.fit(batch, Option.epochs(2)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("failed (com.apple.CoreML 0): stand-in: the predictor")
                    .hasMessageContaining("returned 9");
        }
    }
}
