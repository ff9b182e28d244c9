package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.callback;
import static propane.train.option.Option.checkpoint;
import static propane.train.option.Option.dropLast;
import static propane.train.option.Option.earlyStopping;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;
import static propane.train.option.Option.moreEpochs;
import static propane.train.step.Gradients.gradients;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How many epochs a run has, in which order they go through the examples, and where it goes on. */
class RunTotalsTest {
    private static final Dataset DATA =
            Dataset.of(new float[][] {{1}, {2}, {3}, {4}}, new float[][] {{2}, {4}, {6}, {8}});

    private static final Offset<Double> WITHIN = Offset.offset(1e-5);

    @TempDir private Path folder;

    private static Training training() {
        return Training.training(Model.model(Input.input(1), Layers.dense(1).bias(false)))
                .loss(meanSquaredError())
                .optimizer(sgd(0.001))
                .batch(2)
                .seed(1);
    }

    /** Reports the sum of a batch, and trains nothing. */
    private static Training sums(int batch) {
        Step own =
                (model, examples) -> {
                    var l = model.predict(examples.x()).mul(0).sum().add(examples.x().sum());
                    model.update(gradients(l, model), sgd(0.0));
                    return StepOutputs.of(loss(), l);
                };
        return Training.training(Model.model(Input.input(1), Layers.dense(1)))
                .step(own)
                .batch(batch);
    }

    private static Dataset numbers(int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = i;
        }
        return Dataset.of(NDArray.of(x, count, 1));
    }

    private static Option note(List<Integer> seen) {
        return callback(event -> {
            if (event instanceof Event.StepDone done) {
                seen.add((int) Math.round(done.results().value(loss())));
            }
            return TrainerCallback.Signal.CONTINUE;
        });
    }

    @Test
    void aSaveAndACheckpointOfOneMomentAreOneFileAndGoOnAlike() throws IOException {
        Path auto = folder.resolve("auto.ckpt");
        Path hand = folder.resolve("hand.ckpt");
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.fit(DATA, epochs(3), checkpoint(auto));
            trainer.save(hand);
        }
        assertThat(hand).hasSameBinaryContentAs(auto);
        for (Path file : List.of(auto, hand)) {
            try (Trainer trainer = training().compile(Engine.cpu())) {
                trainer.load(file);
                assertThat(trainer.fit(DATA, epochs(5)).epochs()).hasSize(5);
                assertThat(trainer.steps()).isEqualTo(10);
            }
        }
    }

    private static String errors(Runnable body) {
        var text = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setErr(before);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whereNothingIsLackingALineSaysSo() {
        Path file = folder.resolve("r.ckpt");
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.fit(DATA, epochs(10), checkpoint(file));
        }
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.load(file);
            for (int time = 0; time < 3; time++) {
                String line =
                        errors(() -> assertThat(trainer.fit(DATA, epochs(5)).epochs()).hasSize(10));
                assertThat(line)
                        .startsWith("fit: nothing to train: epochs(5) is the total of a run")
                        .contains("which has had 10", "moreEpochs(5)", "load(Weights.read(path))")
                        .hasLineCount(1);
                assertThat(trainer.steps()).isEqualTo(20);
            }
            assertThat(errors(() -> trainer.fit(DATA, epochs(0)))).isEmpty();
            assertThat(trainer.fit(DATA, moreEpochs(5)).epochs()).hasSize(15);
            assertThat(trainer.fit(DATA, epochs(1)).epochs()).hasSize(16);
        }
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.load(Weights.read(file));
            assertThat(trainer.fit(DATA, epochs(5)).epochs()).hasSize(5);
        }
    }

    @Test
    void aRunThatStoppedEarlyIsDone() {
        Path file = folder.resolve("early.ckpt");
        Training still = training().optimizer(sgd(0));
        Option stop = earlyStopping(loss(), 2);
        try (Trainer trainer = still.compile(Engine.cpu())) {
            assertThat(trainer.fit(DATA, epochs(9), stop, checkpoint(file)).epochs()).hasSize(3);
        }
        try (Trainer trainer = still.compile(Engine.cpu())) {
            trainer.load(file);
            for (Option[] options : new Option[][] {{epochs(9), stop}, {epochs(9)}}) {
                String line =
                        errors(() -> assertThat(trainer.fit(DATA, options).epochs()).hasSize(3));
                assertThat(line)
                        .contains("the run ended early after epoch 3, earlyStopping(train loss, 2)")
                        .contains("moreEpochs(9)")
                        .hasLineCount(1);
            }
            // Its patience begins anew.
            assertThat(trainer.fit(DATA, moreEpochs(9), stop).epochs()).hasSize(6);
            assertThat(trainer.fit(DATA, epochs(9), stop).epochs()).hasSize(9);
        }
    }

    @Test
    void threeFitsOfOneEpochAreOneOfThree() {
        for (Dataset data : List.of(numbers(6).shuffle(7), numbers(6))) {
            var once = new ArrayList<Integer>();
            var thrice = new ArrayList<Integer>();
            try (Trainer trainer = sums(1).compile(Engine.cpu())) {
                trainer.fit(data, epochs(3), note(once));
            }
            try (Trainer trainer = sums(1).compile(Engine.cpu())) {
                for (int i = 1; i <= 3; i++) {
                    assertThat(trainer.fit(data, epochs(1), note(thrice)).epochs()).hasSize(i);
                }
            }
            assertThat(thrice).isEqualTo(once);
            assertThat(once.subList(0, 6)).isNotEqualTo(once.subList(6, 12));
        }
    }

    @Test
    void aRunGoesOnAtTheRightExampleWhateverTheBatches() {
        Path file = folder.resolve("m.ckpt");
        try (Trainer trainer = sums(2).compile(Engine.cpu())) {
            trainer.fit(
                    numbers(12),
                    inOrder(),
                    callback(event -> {
                        if (event instanceof Event.StepDone done && done.step() == 4) {
                            trainer.save(file);
                            return TrainerCallback.Signal.STOP;
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
        }
        assertThat(seen(file, 2)).containsExactly(17, 21);
        assertThat(seen(file, 4)).containsExactly(38);
        assertThat(seen(file, 3)).containsExactly(27, 11);
        assertThat(seen(file, 1)).containsExactly(8, 9, 10, 11);
        assertThat(seen(file, 3, dropLast())).containsExactly(27);
    }

    private List<Integer> seen(Path file, int batch, Option... more) {
        var seen = new ArrayList<Integer>();
        try (Trainer trainer = sums(batch).compile(Engine.cpu())) {
            trainer.load(file);
            var options = new ArrayList<>(List.of(more));
            options.addAll(List.of(epochs(1), inOrder(), note(seen)));
            trainer.fit(numbers(12), options.toArray(Option[]::new));
            assertThat(trainer.fit(numbers(12), epochs(0)).epochs()).hasSize(1);
        }
        return seen;
    }

    @Test
    void aStoppedRunGoesOnWithWhatItLacks() {
        var seen = new ArrayList<Integer>();
        try (Trainer trainer = sums(2).compile(Engine.cpu())) {
            Option stop =
                    callback(event ->
                            event instanceof Event.StepDone done && done.step() == 4
                                    ? TrainerCallback.Signal.STOP
                                    : TrainerCallback.Signal.CONTINUE);
            assertThat(trainer.fit(numbers(6), epochs(2), inOrder(), note(seen), stop).epochs())
                    .hasSize(1);
            assertThat(trainer.fit(numbers(6), epochs(2), inOrder(), note(seen)).epochs())
                    .hasSize(2);
        }
        assertThat(seen).containsExactly(1, 5, 9, 1, 5, 9);
    }

    @Test
    void trainingShufflesByTheSeedUnlessToldOtherwise() {
        var byDefault = new ArrayList<Integer>();
        var byData = new ArrayList<Integer>();
        var inOrder = new ArrayList<Integer>();
        var own = new ArrayList<Integer>();
        var orders = new ArrayList<String>();
        Option order =
                callback(event -> {
                    if (event instanceof Event.Started started) {
                        orders.add(started.order());
                    }
                    return TrainerCallback.Signal.CONTINUE;
                });
        Training training = sums(1).seed(5);
        fit(training, numbers(9), note(byDefault), order);
        fit(training, numbers(9).shuffle(5), note(byData), order);
        fit(training, numbers(9), note(inOrder), inOrder(), order);
        fit(training, numbers(9).shuffle(6), note(own), inOrder(), order);
        assertThat(byDefault).isEqualTo(byData).isNotEqualTo(inOrder).isNotEqualTo(own);
        assertThat(inOrder).isSorted();
        assertThat(own).containsExactlyInAnyOrderElementsOf(inOrder).isNotEqualTo(inOrder);
        assertThat(orders)
                .containsExactly(
                        "shuffled by the seed 5",
                        "shuffled by the seed 5",
                        "in the order of the data",
                        "shuffled by the seed 6");
    }

    @Test
    void theRestOfAnEpochInAnotherOrderIsTold() {
        Path file = folder.resolve("m.ckpt");
        Option stop =
                callback(event ->
                        event instanceof Event.StepDone
                                ? TrainerCallback.Signal.STOP
                                : TrainerCallback.Signal.CONTINUE);
        fit(sums(2), numbers(6), checkpoint(file), stop);
        for (Option[] options : new Option[][] {{}, {inOrder()}}) {
            try (Trainer trainer = sums(2).compile(Engine.cpu())) {
                trainer.load(file);
                String line = errors(() -> trainer.fit(numbers(6), options));
                assertThat(line).hasLineCount(options.length);
                if (options.length > 0) {
                    assertThat(line)
                            .startsWith(
                                    "fit: epoch 1 goes on after 2 examples, now in the order of"
                                            + " the data, before shuffled by the seed 0");
                }
            }
        }
    }

    private static void fit(Training training, Dataset data, Option... options) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, options);
        }
    }

    @Test
    void theSmallerLastBatchIsLeftOutWhereAsked() {
        var seen = new ArrayList<Integer>();
        fit(sums(4), numbers(10), note(seen), inOrder(), dropLast());
        assertThat(seen).containsExactly(6, 22);
        seen.clear();
        fit(sums(5), numbers(10), note(seen), inOrder(), dropLast());
        assertThat(seen).containsExactly(10, 35);
        try (Trainer trainer = sums(11).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(numbers(10), dropLast()))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("dropLast() leaves no batch of 11, there are 10");
        }
    }

    @Test
    void aFolderThatIsNotThereIsToldBeforeTheFirstStep() {
        Path file = folder.resolve("no/such/x.ckpt");
        try (Trainer trainer = training().compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(DATA, epochs(3), checkpoint(file)))
                    .hasMessageContaining("there is no folder " + file.getParent());
            assertThat(trainer.steps()).isZero();
        }
        assertThat(Files.exists(file.getParent())).isFalse();
    }

    /** A batch of one has no variance: an error, or left out. */
    @Test
    void aLastBatchOfOneInBatchNormIsToldBeforeTheFirstStep() {
        var layers =
                Layers.sequential(
                        Layers.named("norm", Layers.batchNorm().momentum(0.5)), Layers.dense(1));
        Training training =
                Training.training(Model.model(Input.input(1), layers))
                        .loss(meanSquaredError())
                        .optimizer(sgd(0))
                        .batch(4);
        float[][] values = {{1}, {2}, {3}, {4}, {5}};
        var data = Dataset.of(values, values);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(data, epochs(10)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("batch_norm: needs more than one value of each channel")
                    .hasMessageContaining("in layer norm")
                    .hasMessageContaining("dropLast()");
            assertThat(trainer.steps()).isZero();
            assertThatThrownBy(() -> trainer.step(data.take(1).all()))
                    .hasMessageContaining("in layer norm");
            trainer.fit(data, epochs(10), inOrder(), dropLast());
            double share = 1 - Math.pow(0.5, 10);
            assertThat(trainer.weights().at("norm/mean").at(0)).isCloseTo(2.5 * share, WITHIN);
            assertThat(trainer.weights().at("norm/variance").at(0))
                    .isCloseTo(5 / 3.0 * share + 1 - share, WITHIN);
            // Measuring and predicting take one example.
            assertThat(trainer.evaluate(data.take(1)).value(loss())).isFinite();
        }
        assertThatThrownBy(() -> training.batch(1).compile(Engine.cpu()))
                .hasMessageContaining("in layer norm");
        assertThat(training.largestBatch(1 << 20)).isGreaterThan(1);
        assertThat(training.largestBatch(1)).isZero();
    }
}
