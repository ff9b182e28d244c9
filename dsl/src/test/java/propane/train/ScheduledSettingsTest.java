package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.dense;
import static propane.nn.optimizer.GradientTransforms.addDecayedWeights;
import static propane.nn.optimizer.GradientTransforms.momentum;
import static propane.nn.optimizer.GradientTransforms.scaleByLearningRate;
import static propane.nn.optimizer.Optimizers.chain;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.nn.schedule.Schedules.constant;
import static propane.nn.schedule.Schedules.linear;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Checkpoint;
import propane.coreml.PackageRun;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.train.option.Option;

import java.nio.file.Path;

/** Momentum and weight decay that follow schedules: at each update what the formula says. */
class ScheduledSettingsTest {
    private static final double RATE = 0.1;
    private static final Schedule MU = linear(0.5, 0.9, 4);
    private static final Schedule LAMBDA = linear(0.2, 0.05, 5);

    /** One weight w; the gradient of mean(w·x) over examples of 1 and 3 is 2. */
    private static final double GRADIENT = 2;

    private static final Dataset DATA =
            Dataset.of(new float[][] {{1}, {3}}, new float[][] {{0}, {0}});

    @TempDir private Path folder;

    private static Training training(Optimizer optimizer) {
        var layer = dense(1).bias(false).initializer(Initializers.constant(1));
        return Training.training(Model.model(Input.input(1), layer))
                .loss((prediction, _) -> prediction.mean())
                .optimizer(optimizer)
                .batch(2)
                .seed(1);
    }

    private static double weight(Trainer trainer) {
        return trainer.weights().at("dense_1/weight").at(0);
    }

    /** Returns the weight after some updates by the formula of SGD. */
    private static double expected(int updates, boolean decoupled) {
        double w = 1;
        double m = 0;
        for (int t = 0; t < updates; t++) {
            double decay = LAMBDA.at(t) * w;
            m = MU.at(t) * m + GRADIENT + (decoupled ? 0 : decay);
            w -= RATE * m + (decoupled ? RATE * decay : 0);
        }
        return w;
    }

    @Test
    void momentumAndDecayFollowTheirSchedules() {
        for (boolean decoupled : new boolean[] {false, true}) {
            var optimizer =
                    sgd(RATE).momentum(MU).weightDecay(LAMBDA).decoupledWeightDecay(decoupled);
            try (Trainer trainer = training(optimizer).compile(Engine.cpu())) {
                for (int updates = 1; updates < 8; updates++) {
                    trainer.fit(DATA, Option.epochs(1));
                    assertThat(weight(trainer))
                            .as("after %d updates", updates)
                            .isCloseTo(expected(updates, decoupled), within(1e-5));
                }
            }
        }
    }

    @Test
    void aConstantScheduleIsANumber() {
        var numbers = sgd(RATE).momentum(0.9).weightDecay(0.1);
        var schedules = sgd(RATE).momentum(constant(0.9)).weightDecay(constant(0.1));
        assertThat(schedules).isEqualTo(numbers);
        try (Trainer trainer = training(schedules).compile(Engine.cpu())) {
            assertThat(trainer.programs().step().scheduled()).isEmpty();
        }
    }

    @Test
    void aResumedRunGoesOnAtTheSameUpdate() {
        Path middle = folder.resolve("middle.ckpt");
        Path end = folder.resolve("end.ckpt");
        Path resumed = folder.resolve("resumed.ckpt");
        Training training = training(sgd(RATE).momentum(MU).weightDecay(LAMBDA));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(DATA, Option.epochs(3));
            trainer.save(middle);
            trainer.fit(DATA, Option.epochs(3));
            trainer.save(end);
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(middle);
            trainer.fit(DATA, Option.epochs(6));
            trainer.save(resumed);
        }
        assertThat(Checkpoint.read(resumed)).isEqualTo(Checkpoint.read(end));
        try (Trainer other =
                training(sgd(RATE).momentum(linear(0.5, 0.8, 4)).weightDecay(LAMBDA))
                        .compile(Engine.cpu())) {
            assertThatThrownBy(() -> other.load(middle))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("trained by another optimizer: sgd with momentum Linear");
        }
        try (Trainer other = training(sgd(RATE).momentum(0.5)).compile(Engine.cpu())) {
            assertThatThrownBy(() -> other.load(middle))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("only there [sgd/weight_decay, sgd/momentum]");
        }
    }

    /** What has no formula is a table; its values, too, are held to the setting's range. */
    @Test
    void aPackageTellsTheSchedules() {
        Path mlpackage = folder.resolve("Scheduled.mlpackage");
        try (Trainer trainer =
                training(sgd(RATE).momentum(MU).weightDecay(t -> 0.1 / (1 + t)))
                        .compile(Engine.cpu())) {
            trainer.fit(DATA, Option.epochs(2));
            assertThatThrownBy(() -> trainer.exportTraining(mlpackage))
                    .hasMessageContaining("sgd/weight_decay follows a schedule of your own");
            trainer.exportTraining(mlpackage, 3);
        }
        var run = new PackageRun(mlpackage);
        assertThat(run.told("propane.settings"))
                .contains("\"sgd/momentum\"", "\"kind\":\"linear\"", "\"below\":1")
                .contains("\"sgd/weight_decay\"", "\"kind\":\"table\"", "\"first\":2");
        assertThat(run.start().get("sgd/momentum").at(0)).isEqualTo((float) MU.at(2));
        try (Trainer trainer =
                training(sgd(RATE).momentum(t -> 0.5 + 0.1 * t)).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.exportTraining(mlpackage, 9))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("sgd/momentum at update 5 must be 0 or more and below 1");
        }
    }

    /** A schedule that leaves the range of its setting stops the run, the weights as they were. */
    @Test
    void aValueOutOfRangeStopsTheRun() {
        var growing = sgd(RATE).momentum(t -> 0.8 + 0.1 * t);
        try (Trainer trainer = training(growing).compile(Engine.cpu())) {
            trainer.fit(DATA, Option.epochs(2));
            double before = weight(trainer);
            assertThatThrownBy(() -> trainer.fit(DATA, Option.epochs(4)))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("sgd/momentum at update 2 must be 0 or more and below 1");
            assertThat(weight(trainer)).isEqualTo(before);
        }
    }

    /** Two parts of one kind have slots and schedules of their own. */
    @Test
    void partsOfOneKindShareNothing() {
        var twice =
                chain(
                        momentum(MU),
                        momentum(linear(0.1, 0.3, 3)),
                        addDecayedWeights(LAMBDA),
                        scaleByLearningRate(RATE));
        try (Trainer trainer = training(twice).compile(Engine.cpu())) {
            assertThat(trainer.programs().step().scheduled())
                    .extracting(setting -> setting.port().name())
                    .containsExactlyInAnyOrder(
                            "chain/momentum", "chain/momentum_2", "chain/weight_decay");
            trainer.fit(DATA, Option.epochs(5));
            double w = 1;
            double first = 0;
            double second = 0;
            for (int t = 0; t < 5; t++) {
                first = MU.at(t) * first + GRADIENT;
                second = linear(0.1, 0.3, 3).at(t) * second + first;
                w -= RATE * (second + LAMBDA.at(t) * w);
            }
            assertThat(weight(trainer)).isCloseTo(w, within(1e-5));
        }
    }
}
