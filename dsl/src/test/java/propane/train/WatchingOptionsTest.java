package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.metric.Metrics.scalar;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.callback;
import static propane.train.option.Option.checkpoint;
import static propane.train.option.Option.earlyStopping;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.moreEpochs;
import static propane.train.option.Option.reduceLrOnPlateau;
import static propane.train.option.Option.restoreBest;
import static propane.train.option.Option.validationData;
import static propane.train.step.Gradients.gradients;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Each option of a run watches its own metric on its own examples, with its own patience. */
class WatchingOptionsTest {
    private static final Dataset CORNERS =
            Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 0, 0, 0});
    private static final Dataset OTHERS =
            Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {1, 1, 1, 1});

    @TempDir private Path folder;

    private static Training corners() {
        return Training.training(Model.model(Input.input(2), Layers.dense(2)))
                .loss(softmaxCrossEntropy())
                .optimizer(sgd(0.1))
                .metrics(accuracy())
                .batch(4)
                .seed(3);
    }

    /** The loss and the size of one weight fall in every epoch. */
    private static Trainer falling() {
        Step own =
                (model, batch) -> {
                    var w = model.predict(batch.x());
                    var l = w.square().mean();
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l).with(scalar("size"), w.abs().mean());
                };
        var one = Layers.dense(1).bias(false).initializer(Initializers.constant(1));
        return Training.training(Model.model(Input.input(1), one))
                .step(own)
                .batch(1)
                .compile(Engine.cpu());
    }

    private static final Dataset ONE = Dataset.of(NDArray.of(new float[][] {{1}}));

    @Test
    void theBestCheckpointFollowsItsOwnMetric() {
        try (Trainer trainer = falling()) {
            trainer.fit(
                    ONE,
                    epochs(4),
                    checkpoint(folder.resolve("a.ckpt")),
                    earlyStopping(scalar("size"), 10));
            double weight = Weights.read(folder.resolve("a-best.ckpt")).at("dense_1/weight").at(0);
            assertThat(weight).isCloseTo(0.4096, Offset.offset(1e-4));
        }
        try (Trainer trainer = corners().compile(Engine.cpu())) {
            trainer.fit(
                    CORNERS,
                    epochs(9),
                    checkpoint(folder.resolve("y.ckpt"), loss()),
                    earlyStopping(accuracy(), 9));
            assertThat(Checkpoint.read(folder.resolve("y-best.ckpt")).epoch()).isEqualTo(9);
        }
    }

    @Test
    void ofSeveralStopsEachHasItsMetricAndPatience() {
        int alone;
        try (Trainer trainer = corners().compile(Engine.cpu())) {
            alone = trainer.fit(CORNERS, epochs(9), earlyStopping(accuracy(), 2)).epochs().size();
        }
        assertThat(alone).isBetween(3, 8);
        for (var options :
                List.of(
                        new Option[] {earlyStopping(loss(), 50), earlyStopping(accuracy(), 2)},
                        new Option[] {earlyStopping(accuracy(), 2), earlyStopping(loss(), 50)},
                        new Option[] {
                            earlyStopping(accuracy(), 7), earlyStopping(accuracy(), 2)
                        })) {
            try (Trainer trainer = corners().compile(Engine.cpu())) {
                var all = new ArrayList<>(List.of(options));
                all.add(epochs(9));
                var history = trainer.fit(CORNERS, all.toArray(Option[]::new));
                assertThat(history.epochs()).hasSize(alone);
            }
        }
    }

    @Test
    void ofSeveralCheckpointsAllAreWritten() {
        Path lossFile = folder.resolve("loss.ckpt");
        Path sizeFile = folder.resolve("size.ckpt");
        Path smallFile = folder.resolve("small.ckpt");
        var told = new ArrayList<Event.BestSaved>();
        try (Trainer trainer = falling()) {
            trainer.fit(
                    ONE,
                    epochs(3),
                    checkpoint(lossFile, loss()),
                    checkpoint(sizeFile, scalar("size")),
                    checkpoint(smallFile, scalar("size")).lowerIsBetter(),
                    callback(event -> {
                        if (event instanceof Event.BestSaved best) {
                            told.add(best);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
        }
        for (Path file : List.of(lossFile, sizeFile, smallFile)) {
            assertThat(Checkpoint.read(file).epoch()).isEqualTo(3);
        }
        assertThat(Checkpoint.read(folder.resolve("loss-best.ckpt")).epoch()).isEqualTo(3);
        assertThat(Checkpoint.read(folder.resolve("size-best.ckpt")).epoch()).isEqualTo(1);
        assertThat(Checkpoint.read(folder.resolve("small-best.ckpt")).epoch()).isEqualTo(3);
        assertThat(told)
                .extracting(best -> best.path().getFileName() + " " + best.epoch())
                .containsExactly(
                        "loss-best.ckpt 1",
                        "size-best.ckpt 1",
                        "small-best.ckpt 1",
                        "loss-best.ckpt 2",
                        "small-best.ckpt 2",
                        "loss-best.ckpt 3",
                        "small-best.ckpt 3");
    }

    @Test
    void severalValidationsAreMeasuredAndWatchedByName() {
        try (Trainer trainer = corners().compile(Engine.cpu())) {
            var told = new ArrayList<String>();
            History history =
                    trainer.fit(
                            CORNERS,
                            epochs(4),
                            validationData(CORNERS),
                            validationData("holdout", OTHERS),
                            checkpoint(folder.resolve("own.ckpt")),
                            checkpoint(folder.resolve("other.ckpt")).on("holdout"),
                            callback(event -> {
                                if (event instanceof Event.EpochDone done) {
                                    told.addAll(done.validations().keySet());
                                }
                                return TrainerCallback.Signal.CONTINUE;
                            }));
            assertThat(told.subList(0, 2)).containsExactly("validation", "holdout");
            assertThat(history.toCsv())
                    .startsWith(
                            "epoch,step,loss,accuracy,validation_loss,validation_accuracy,"
                                    + "holdout_loss,holdout_accuracy\n");
            assertThat(history.best(loss()).number()).isEqualTo(4);
        }
        // What is learned of one makes the other worse.
        assertThat(Checkpoint.read(folder.resolve("own-best.ckpt")).epoch()).isEqualTo(4);
        assertThat(Checkpoint.read(folder.resolve("other-best.ckpt")).epoch()).isEqualTo(1);
        try (Trainer trainer = corners().compile(Engine.cpu())) {
            History history =
                    trainer.fit(
                            CORNERS,
                            epochs(9),
                            validationData(CORNERS),
                            validationData("holdout", OTHERS),
                            earlyStopping(loss(), 1),
                            earlyStopping(loss(), 3).on("holdout"));
            assertThat(history.epochs()).hasSize(4);
        }
    }

    @Test
    void plateausMultiplyEachOther() {
        try (Trainer trainer = falling()) {
            trainer.fit(
                    ONE,
                    epochs(4),
                    reduceLrOnPlateau(scalar("size"), 0.5, 0),
                    reduceLrOnPlateau(scalar("size"), 0.1, 1),
                    reduceLrOnPlateau(loss(), 0.3, 0));
            // Of three epochs without a better size the first acts thrice, the second once.
            assertThat(trainer.rates().change().share())
                    .isCloseTo(0.5 * 0.5 * 0.5 * 0.1, Offset.offset(1e-12));
        }
    }

    @Test
    void theBestEpochComesBackInTheEnd() {
        try (Trainer trainer = falling()) {
            Weights first = trainer.weights();
            trainer.fit(ONE, epochs(1));
            Weights best = trainer.weights();
            assertThat(best).isNotEqualTo(first);
            var told = new ArrayList<Event.BestRestored>();
            trainer.fit(
                    ONE,
                    epochs(4),
                    restoreBest(scalar("size")),
                    callback(event -> {
                        if (event instanceof Event.BestRestored restored) {
                            told.add(restored);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
            assertThat(told).extracting(Event.BestRestored::epoch).containsExactly(2);
            assertThat(trainer.steps()).isEqualTo(5);
        }
        Path file = folder.resolve("r.ckpt");
        try (Trainer trainer = falling()) {
            trainer.fit(ONE, epochs(3), checkpoint(file, scalar("size")), restoreBest());
            assertThat(trainer.weights()).isEqualTo(Weights.read(folder.resolve("r-best.ckpt")));
        }
    }

    /** What was best before a run was killed comes back after it. */
    @Test
    void theBestEpochOutlivesTheProcess() {
        Path file = folder.resolve("middle.ckpt");
        try (Trainer trainer = falling()) {
            trainer.fit(
                    ONE,
                    epochs(4),
                    restoreBest(scalar("size")),
                    callback(event -> {
                        if (event instanceof Event.EpochDone done && done.epoch() == 2) {
                            trainer.save(file);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
            try (Trainer resumed = falling()) {
                resumed.load(file);
                resumed.fit(ONE, epochs(4), restoreBest(scalar("size")));
                assertThat(resumed.weights()).isEqualTo(trainer.weights());
                resumed.save(folder.resolve("resumed.ckpt"));
                trainer.save(folder.resolve("whole.ckpt"));
                assertThat(Checkpoint.read(folder.resolve("resumed.ckpt")))
                        .isEqualTo(Checkpoint.read(folder.resolve("whole.ckpt")));
            }
        }
    }

    @Test
    void whatOptionsNameIsCheckedBeforeTheFirstStep() throws Exception {
        Files.writeString(folder.resolve("file"), "");
        Training tables = corners().metrics(accuracy(), confusionMatrix());
        refuses(corners(), "no metric named auc", earlyStopping(auc(), 2));
        refuses(corners(), "no metric named auc", checkpoint(folder.resolve("a"), auc()));
        refuses(corners(), "no metric named auc", reduceLrOnPlateau(auc(), 0.5, 1));
        refuses(corners(), "no metric named auc", restoreBest(auc()));
        refuses(tables, "which is a table", earlyStopping(confusionMatrix(), 2));
        refuses(corners(), "no validationData names", earlyStopping(loss(), 2).on("holdout"));
        refuses(
                corners(),
                "did you mean holdout?",
                validationData("holdout", CORNERS),
                earlyStopping(loss(), 2).on("holdot"));
        refuses(
                corners(),
                "two validationData have the name a",
                validationData("a", CORNERS),
                validationData("a", OTHERS));
        refuses(
                corners(),
                "could not be written: there is no folder",
                checkpoint(Path.of("no/such/x.ckpt")));
        refuses(corners(), "it is a folder", checkpoint(folder));
        refuses(corners(), "could not be written", checkpoint(Path.of("/")));
        refuses(corners(), "there is no folder", checkpoint(folder.resolve("file").resolve("x")));
        Path file = folder.resolve("a.ckpt");
        refuses(
                corners(),
                "would be written by two checkpoints",
                checkpoint(file),
                checkpoint(folder.resolve("./a.ckpt"), accuracy()));
        refuses(
                corners(),
                "would be written by two checkpoints",
                checkpoint(file),
                checkpoint(folder.resolve("a-best.ckpt"), accuracy()));
        refuses(corners(), "may stand once", epochs(2), moreEpochs(1));
        refuses(corners(), "may stand once", restoreBest(), restoreBest(accuracy()));
        refuses(
                corners(),
                "restoreBest() could be judged by [loss, accuracy]",
                restoreBest(),
                checkpoint(file),
                checkpoint(folder.resolve("b.ckpt"), accuracy()));
        Files.delete(folder.resolve("file"));
        try (var left = Files.list(folder)) {
            assertThat(left).as("trying leaves nothing").isEmpty();
        }
    }

    private void refuses(Training training, String message, Option... options) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(CORNERS, options))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining(message);
            assertThat(trainer.steps()).as("before the first step").isZero();
        }
    }

    @Test
    void namesOfExamplesKeepColumnsApart() {
        assertThatThrownBy(() -> validationData("train", CORNERS))
                .hasMessageContaining("neither empty nor train");
        assertThatThrownBy(() -> validationData(" ", CORNERS)).hasMessageContaining("fix:");
        Step own =
                (model, batch) -> {
                    var l = softmaxCrossEntropy().of(model.predict(batch.x()), batch.y());
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l).with(scalar("a_loss"), l);
                };
        Training training =
                Training.training(Model.model(Input.input(2), Layers.dense(2))).step(own);
        refuses(training, "would both be called a_loss", validationData("a", CORNERS));
    }
}
