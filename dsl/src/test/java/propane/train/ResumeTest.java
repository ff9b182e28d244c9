package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;
import propane.safetensors.Safetensors;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;

/** A run that is saved and resumed is the run without a break, bit for bit. */
class ResumeTest {
    private static final int EPOCHS = 3;

    private final Dataset data = Digits.ALL.take(100).shuffle(4);

    @TempDir private Path folder;

    private Option saveAt(Trainer trainer, long step) {
        return Option.callback(event -> {
            if (event instanceof Event.StepDone done && done.step() == step) {
                trainer.save(folder.resolve("middle.ckpt"));
            }
            return TrainerCallback.Signal.CONTINUE;
        });
    }

    @ParameterizedTest(name = "saved after step {0}")
    @ValueSource(longs = {1, 7, 10, 14, 20})
    void theRestOfAResumedRunIsThatOfTheUnbrokenOne(long step) {
        check(Digits.training(Digits.model()), step);
    }

    @ParameterizedTest(name = "saved after step {0}")
    @ValueSource(longs = {1, 2, 3, 9})
    void gradientsThatWereAddedUpAreResumed(long step) {
        check(Digits.training(Digits.model()).gradientAccumulation(3), step);
    }

    @Test
    void groupsAndSchedulesAreResumed() {
        var fast = Optimizers.sgd(Schedules.cosineDecay(0.1, 21)).momentum(0.9);
        var slow = Optimizers.adam(1e-4);
        var both =
                Optimizers.paramGroups(
                        fast.paramGroup(WeightFilters.under("head")),
                        slow.paramGroup(WeightFilters.under("trunk")));
        check(Digits.training(Digits.model()).optimizer(both), 9);
    }

    @ParameterizedTest(name = "saved after step {0}")
    @ValueSource(longs = {3, 9})
    void theLossScaleIsResumed(long step) {
        Training training = Digits.training(Digits.model()).precision(Precision.MIXED_FLOAT16);
        // From here on some steps are left out, and others count as good.
        check(
                training,
                step,
                trainer ->
                        trainer.programs()
                                .state()
                                .write("loss_scale", NDArray.of(new float[] {0x1p21f})));
        Checkpoint middle = Checkpoint.read(folder.resolve("middle.ckpt"));
        assertThat(middle.slots().at("loss_scale").at(0)).isLessThan(0x1p21);
        // The scale still falls at step 3; step 9 is good, and so was the one before.
        assertThat(middle.slots().at("good_steps").at(0) > 0).isEqualTo(step == 9);
    }

    /** As between the Neural Engine and the CPU engine: only the former scales the loss. */
    @Test
    void aLossScaleThatIsNotKeptIsLeftOut() {
        Training training = Digits.training(Digits.model());
        Path file = folder.resolve("there.ckpt");
        Weights weights;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            trainer.save(file);
            weights = trainer.weights();
        }
        Checkpoint plain = Checkpoint.read(file);
        var slots = new LinkedHashMap<>(plain.slots().arrays());
        slots.put("loss_scale", NDArray.of(new float[] {512}));
        slots.put("good_steps", NDArray.of(new float[] {7}));
        new Checkpoint(
                        plain.weights(),
                        new Weights(slots),
                        plain.statistics(),
                        plain.hypers(),
                        plain.trainable(),
                        plain.step(),
                        plain.epoch(),
                        plain.examples(),
                        plain.seed(),
                        plain.schedule(),
                        plain.history())
                .write(file);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(file);
            assertThat(trainer.weights()).isEqualTo(weights);
            assertThat(trainer.steps()).isEqualTo(plain.step());
            assertThat(trainer.fit(data, Option.epochs(2)).epochs()).hasSize(2);
        }
    }

    @ParameterizedTest(name = "saved after step {0}")
    @ValueSource(longs = {1, 9})
    void runningMeansOfWeightsAndNoiseAreResumed(long step) {
        Training training = Digits.training(Digits.model()).ema(0.9);
        check(training.transformGradients(each -> each.withNoise(0.1, 0.55)), step);
        Checkpoint middle = Checkpoint.read(folder.resolve("middle.ckpt"));
        assertThat(middle.slots().paths()).contains("average/head/dense_1/weight");
    }

    @Test
    void anEpochsMeansAreThoseOfTheEpochAlone() {
        Training training = Digits.training(Digits.model());
        try (Trainer one = training.compile(Engine.cpu());
                Trainer other = training.compile(Engine.cpu())) {
            History first = one.fit(data, Option.epochs(1));
            assertThat(other.fit(data, Option.epochs(1))).isEqualTo(first);
        }
    }

    @Test
    void aRateThatTookThePlaceOfSchedulesIsResumed() {
        Training training = Digits.training(Digits.model());
        check(training, 9, trainer -> trainer.learningRate(0.01));
        check(training, 9, _ -> {});
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.learningRate(0.5);
            trainer.load(folder.resolve("middle.ckpt"));
            trainer.fit(data, Option.epochs(EPOCHS));
            assertThat(state(trainer, "again.ckpt"))
                    .as("a checkpoint of a scheduled run brings the schedule back")
                    .isEqualTo(Checkpoint.read(folder.resolve("resumed.ckpt")));
        }
    }

    private void check(Training training, long step) {
        check(training, step, _ -> {});
    }

    private void check(Training training, long step, Consumer<Trainer> begin) {
        Checkpoint unbroken;
        History history;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            begin.accept(trainer);
            history = trainer.fit(data, Option.epochs(EPOCHS), saveAt(trainer, step));
            unbroken = state(trainer, "unbroken.ckpt");
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(folder.resolve("middle.ckpt"));
            assertThat(trainer.steps()).isEqualTo(step);
            assertThat(trainer.fit(data, Option.epochs(EPOCHS))).isEqualTo(history);
            assertThat(state(trainer, "resumed.ckpt")).isEqualTo(unbroken);
        }
    }

    private Checkpoint state(Trainer trainer, String name) {
        trainer.save(folder.resolve(name));
        return Checkpoint.read(folder.resolve(name));
    }

    @Test
    void weightsAloneLeaveSlotsAndStepAlone() {
        Training training = Digits.training(Digits.model());
        try (Trainer trainer = training.compile(Engine.cpu())) {
            Weights start = trainer.weights();
            trainer.fit(data, Option.epochs(1));
            Checkpoint trained = state(trainer, "trained.ckpt");
            trainer.load(start);
            Checkpoint loaded = state(trainer, "loaded.ckpt");
            assertThat(trainer.weights()).isEqualTo(start);
            assertThat(loaded.slots()).isEqualTo(trained.slots());
            assertThat(loaded.step()).isEqualTo(trained.step());
        }
    }

    /** A run of seed 7 that is broken off twice and resumed by a program that says 8. */
    @Test
    void theSeedIsTheFilesHoweverOftenARunIsResumed() {
        Training seven = withDropout(7);
        Training eight = withDropout(8);
        Checkpoint unbroken;
        try (Trainer trainer = seven.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(3), Option.checkpoint(folder.resolve("whole.ckpt")));
            unbroken = Checkpoint.read(folder.resolve("whole.ckpt"));
        }
        Path file = folder.resolve("run.ckpt");
        try (Trainer trainer = seven.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1), Option.checkpoint(file));
        }
        for (int epochs = 2; epochs <= 3; epochs++) {
            try (Trainer trainer = eight.compile(Engine.cpu())) {
                var notes = List.of("seed 7 as the checkpoint says, not 8 as the training does");
                assertThat(trainer.load(file).notes()).isEqualTo(notes);
                var told = new ArrayList<Event.Resumed>();
                Option hear =
                        Option.callback(event -> {
                            if (event instanceof Event.Resumed resumed) {
                                told.add(resumed);
                            }
                            return TrainerCallback.Signal.CONTINUE;
                        });
                trainer.fit(data, Option.epochs(epochs), Option.checkpoint(file), hear);
                assertThat(told).containsExactly(new Event.Resumed(file, 7L * (epochs - 1), notes));
            }
        }
        assertThat(Checkpoint.read(file).weights()).isEqualTo(unbroken.weights());
        assertThat(Checkpoint.read(file)).isEqualTo(unbroken);
    }

    private static Training withDropout(long seed) {
        Model model =
                Model.model(
                        Input.input(1, 8, 8),
                        Layers.sequential(
                                Layers.flatten(),
                                Layers.dense(16),
                                Layers.relu(),
                                Layers.dropout(0.5),
                                Layers.dense(10)));
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .batch(16)
                .seed(seed);
    }

    @Test
    void theSizeOfBatchesIsTheProgramsAndNoExampleIsLeftOut() {
        Training small = withDropout(1).batch(8);
        Path file = folder.resolve("middle.ckpt");
        try (Trainer trainer = small.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1), saveAt(trainer, 7));
        }
        try (Trainer trainer = small.batch(16).compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes())
                    .containsExactly(
                            "batches of 16 as the training says, not 8 as the checkpoint does");
            assertThat(trainer.runState().examples()).isEqualTo(56);
            trainer.fit(data, Option.epochs(1));
            assertThat(trainer.steps()).isEqualTo(7 + 3);
        }
    }

    @Test
    void anotherOptimizerOrPrecisionIsAnErrorThatChangesNothing() {
        Training sgd = withDropout(1).optimizer(Optimizers.sgd(0.1));
        Path file = folder.resolve("sgd.ckpt");
        try (Trainer trainer = sgd.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1), Option.checkpoint(file));
        }
        var lion = sgd.optimizer(Optimizers.lion(0.1));
        refuses(lion, file, "it was trained by another optimizer: only there [sgd/learning_rate]");
        Path mixed = folder.resolve("mixed.ckpt");
        try (Trainer trainer = sgd.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1), Option.checkpoint(mixed));
        }
        refuses(sgd.precision(Precision.MIXED_FLOAT16), mixed, "");
        Safetensors saved = Safetensors.read(file);
        var metadata = new LinkedHashMap<>(saved.metadata());
        metadata.computeIfPresent("run", (_, run) -> run.replace("FLOAT32", "MIXED_FLOAT16"));
        new Safetensors(metadata, saved.arrays()).write(file);
        refuses(sgd, file, "it was trained in the precision MIXED_FLOAT16, this training has");
    }

    private void refuses(Training training, Path file, String message) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            Checkpoint before = state(trainer, "before.ckpt");
            assertThatThrownBy(() -> trainer.load(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining(message)
                    .hasMessageContaining("fix:");
            assertThat(state(trainer, "after.ckpt")).isEqualTo(before);
        }
    }

    /** What a run goes on with is what it would save at once. */
    @Test
    void aResumedRunSavesWhatItLoaded() {
        Path file = folder.resolve("run.ckpt");
        Training training = withDropout(1);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1), Option.checkpoint(file));
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes()).isEmpty();
            assertThat(state(trainer, "again.ckpt")).isEqualTo(Checkpoint.read(file));
        }
    }

    @Test
    void anotherSelectionOfTrainableWeightsIsAnErrorThatListsTheDifference() {
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            trainer.save(folder.resolve("all.ckpt"));
        }
        var frozen = Digits.model().freeze(WeightFilters.under("trunk"));
        try (Trainer trainer = Digits.training(frozen).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.load(folder.resolve("all.ckpt")))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("trunk/conv2d_1/weight")
                    .hasMessageContaining("load the weights alone");
        }
    }

    @Test
    void weightsOfAnotherModelAreAnError() {
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            Weights known = trainer.weights();
            Weights more = known.with("head/dense_3/weight", known.at("head/dense_1/weight"));
            assertThatThrownBy(() -> trainer.load(more))
                    .isInstanceOf(UnknownNameException.class)
                    .hasMessageContaining("head/dense_3/weight")
                    .hasMessageContaining("did you mean head/dense_");
        }
    }
}
