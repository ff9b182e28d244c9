package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Optimizers;
import propane.nn.Parameters;
import propane.nn.Schedule;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.function.Consumer;

/** A run that is saved and resumed is the run without a break, bit for bit. */
class ResumeTest {
    private static final int EPOCHS = 3;

    private final Dataset data = Digits.ALL.take(100).shuffle(4);

    @TempDir private Path folder;

    private Option saveAt(Trainer trainer, long step) {
        return Option.on(event -> {
            if (event instanceof Event.StepDone done && done.step() == step) {
                trainer.save(folder.resolve("middle.ckpt"));
            }
            return Listener.Signal.CONTINUE;
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
        check(Digits.training(Digits.model()).accumulate(3), step);
    }

    @Test
    void groupsAndSchedulesAreResumed() {
        var fast = Optimizers.sgd(Schedule.cosine(0.1, 21)).momentum(0.9);
        var slow = Optimizers.adam(1e-4);
        var both =
                Optimizers.groups(
                        fast.on(Parameters.under("head")), slow.on(Parameters.under("trunk")));
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
    @ParameterizedTest
    @EnumSource(Precision.class)
    void whatOnePrecisionSavedGoesOnInAnother(Precision there) {
        Training training = Digits.training(Digits.model());
        Path file = folder.resolve("there.ckpt");
        Weights weights;
        try (Trainer trainer = training.precision(there).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            trainer.save(file);
            weights = trainer.weights();
        }
        for (Precision here : Precision.values()) {
            try (Trainer trainer = training.precision(here).compile(Engine.cpu())) {
                trainer.load(file);
                assertThat(trainer.weights()).isEqualTo(weights);
                assertThat(trainer.steps()).isEqualTo(Checkpoint.read(file).step());
                assertThat(trainer.fit(data, Option.epochs(2)).epochs()).hasSize(2);
            }
        }
    }

    @ParameterizedTest(name = "saved after step {0}")
    @ValueSource(longs = {1, 9})
    void runningMeansOfWeightsAndNoiseAreResumed(long step) {
        Training training = Digits.training(Digits.model()).average(0.9);
        check(training.gradients(each -> each.withNoise(0.1, 0.55)), step);
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

    @Test
    void anotherSelectionOfTrainableWeightsIsAnErrorThatListsTheDifference() {
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            trainer.save(folder.resolve("all.ckpt"));
        }
        var frozen = Digits.model().freeze(Parameters.under("trunk"));
        try (Trainer trainer = Digits.training(frozen).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.load(folder.resolve("all.ckpt")))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("trunk/conv_1/weight")
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
