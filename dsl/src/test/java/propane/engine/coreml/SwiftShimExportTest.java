package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;
import propane.safetensors.Safetensors;
import propane.train.Trainer;
import propane.train.Training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The Swift file beside an exported training, compiled and run over the stand-in for Core ML: its
 * steps are those that Java makes through the shim, to the last bit, and either goes on from where
 * the other stopped.
 */
@OnTheSwiftShim
class SwiftShimExportTest {
    private static final int BATCH = ExportedRun.BATCH;
    private static final int STEPS = 24;
    static final Batch DIGITS = SwiftShimTrainingTest.DIGITS.train().all();

    @TempDir private Path folder;

    static Training training(int accumulate) {
        return Training.training(
                        Model.model(
                                Input.input(8, 8),
                                sequential(
                                        flatten(),
                                        dense(24),
                                        batchNorm(),
                                        relu(),
                                        dropout(0.25),
                                        dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(
                        Optimizers.adam(Schedules.cosineDecay(3e-3, 20).warmup(4))
                                .weightDecay(Schedules.linear(0.1, 0.01, 12)))
                .metrics(Metrics.accuracy())
                .gradientAccumulation(accumulate)
                .clipGradNorm(1)
                .batch(BATCH)
                .seed(9);
    }

    private static Batch batch(int step) {
        int from = step * BATCH;
        return Batch.of(DIGITS.x().slice(from, from + BATCH), DIGITS.y().slice(from, from + BATCH));
    }

    /** Trains in Java on some of the batches and returns the losses. */
    static List<Float> train(Trainer trainer, int from, int to) {
        var losses = new ArrayList<Float>();
        for (int i = from; i < to; i++) {
            losses.add((float) trainer.step(batch(i)).value(Metrics.loss()));
        }
        return losses;
    }

    /** Requires a file of Swift's to hold what one of Java's does. */
    static void requireSame(Path swift, Path java) {
        var expected = Checkpoint.read(java);
        var all = new TreeMap<>(expected.weights().arrays());
        all.putAll(expected.slots().arrays());
        all.putAll(expected.statistics().arrays());
        var found = Safetensors.read(swift).arrays();
        assertThat(all).hasSizeGreaterThan(15);
        all.forEach((path, array) -> assertThat(found.get(path)).as(path).isEqualTo(array));
        assertThat(Checkpoint.read(swift).step()).isEqualTo(expected.step());
        assertThat(Weights.read(swift).at("dense_1/weight"))
                .isEqualTo(expected.weights().at("dense_1/weight"));
    }

    /** A training in which not all labels count. */
    static Training counting(int accumulate) {
        return training(accumulate).loss(Losses.softmaxCrossEntropy().ignoreIndex(3));
    }

    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "1, true", "3, true"})
    void theExportedSwiftFileTrainsAsJavaDoes(int accumulate, boolean isCounting) {
        Path expected = folder.resolve("java.safetensors");
        Path saved = folder.resolve("swift.safetensors");
        Training training = isCounting ? counting(accumulate) : training(accumulate);
        try (Trainer trainer = training.compile(new CoreMlEngine())) {
            var run = ExportedRun.of(trainer, folder, DIGITS).batches(0, STEPS);
            var losses = train(trainer, 0, STEPS);
            trainer.save(expected);
            var outcome = run.with("save", saved).run();
            assertThat(outcome.floats("losses")).isEqualTo(losses);
            assertThat(outcome.at("steps").whole()).isEqualTo(STEPS);
            assertThat(outcome.strings("placements"))
                    .contains("gradients: CPU and Neural Engine", "update: CPU");
        }
        requireSame(saved, expected);
    }

    /** Java, the app, Java: half of the batches in the middle are the app's. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void eitherGoesOnFromWhereTheOtherStopped(int accumulate) {
        Path straight = folder.resolve("straight.safetensors");
        Path before = folder.resolve("before.safetensors");
        Path app = folder.resolve("app.safetensors");
        Path after = folder.resolve("after.safetensors");
        ExportedRun run;
        try (Trainer trainer = training(accumulate).compile(new CoreMlEngine())) {
            run = ExportedRun.of(trainer, folder, DIGITS);
            train(trainer, 0, 7);
            trainer.save(before);
            train(trainer, 7, STEPS);
            trainer.save(straight);
        }
        run.with("load", before).batches(7, 18).with("save", app).run();
        try (Trainer trainer = training(accumulate).compile(new CoreMlEngine())) {
            trainer.load(app);
            train(trainer, 18, STEPS);
            trainer.save(after);
        }
        assertThat(Checkpoint.read(after)).isEqualTo(Checkpoint.read(straight));
    }

    /** A trainer that computes in float32 keeps no loss scale. */
    @Test
    void anAppsStateGoesOnInFullPrecisionToo() {
        Path app = folder.resolve("app.safetensors");
        Path cpu = folder.resolve("cpu.safetensors");
        try (Trainer trainer = training(1).compile(Engine.cpu())) {
            var run = ExportedRun.of(trainer, folder, DIGITS);
            run.batches(0, 5).with("save", app).run();
            trainer.load(app);
            assertThat(trainer.steps()).isEqualTo(5);
            assertThat(trainer.weights().at("dense_1/weight"))
                    .isEqualTo(Weights.read(app).at("dense_1/weight"));
            train(trainer, 5, 8);
            trainer.save(cpu);
            var outcome = run.with("load", cpu).batches(8, 9).run();
            assertThat(outcome.at("steps").whole()).isEqualTo(9);
        }
    }

    @Test
    void aRunThatIsLeftOrCancelledGoesOnToTheLastBit() {
        Path straight = folder.resolve("straight.safetensors");
        Path left = folder.resolve("left.safetensors");
        Path cancelled = folder.resolve("cancelled.safetensors");
        Path after = folder.resolve("after.safetensors");
        try (Trainer trainer = training(1).compile(new CoreMlEngine())) {
            var run = ExportedRun.of(trainer, folder, DIGITS);
            var losses = run.batches(0, 12).with("save", straight).run().floats("losses");
            var first = run.batches(0, 12).with("leave", 3).with("save", left).run();
            assertThat(first.floats("losses")).isEqualTo(losses.subList(0, 3));
            assertThat(first.at("steps").whole()).isEqualTo(3);
            var second =
                    run.batches(3, 12)
                            .with("load", left)
                            .with("cancel", 4)
                            .with("save", cancelled)
                            .run();
            assertThat(second.floats("losses")).isEqualTo(losses.subList(3, 7));
            assertThat(second.at("steps").whole()).isEqualTo(7);
            run.batches(7, 12).with("load", cancelled).with("save", after).run();
        }
        requireSame(after, straight);
    }

    @Test
    void epochsBeginWithTheFirstBatchAgain() {
        try (Trainer trainer = training(1).compile(new CoreMlEngine())) {
            var run = ExportedRun.of(trainer, folder, DIGITS).batches(0, 3).with("epochs", 2);
            var outcome = run.run();
            var losses = train(trainer, 0, 3);
            var again = train(trainer, 0, 3);
            losses.addAll(again);
            assertThat(outcome.floats("losses")).isEqualTo(losses);
            assertThat(outcome.floats("epochs")).containsExactly(1f, 1f, 1f, 2f, 2f, 2f);
            double mean = again.stream().mapToDouble(loss -> loss).average().orElseThrow();
            assertThat(outcome.floats("means").getLast()).isEqualTo((float) mean);
        }
    }

    @Test
    void processorsWithoutFloat16AreGivenTheSameNumbers() throws Throwable {
        assertThat(ExportedRun.call("compare_halves")).isZero();
    }
}
