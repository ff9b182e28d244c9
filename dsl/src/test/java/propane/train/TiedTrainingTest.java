package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Checkpoint;
import propane.coreml.CoreMl;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.train.option.Option;
import propane.train.option.Precision;

import java.nio.file.Path;

/** A language model whose output projection is its embedding. */
class TiedTrainingTest {
    private static final int WORDS = 11;
    private static final int LENGTH = 6;

    @TempDir private Path folder;

    private static Training training() {
        return Training.training(
                        Model.model(
                                Input.tokens(LENGTH),
                                sequential(
                                        embedding(WORDS, 8),
                                        encoderBlock(2).causal(),
                                        dense(WORDS).tiedTo("embedding_1"))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(0.02))
                .batch(8);
    }

    /** Rows in which each number is followed by the next. */
    private static Dataset counting() {
        int[] x = new int[16 * LENGTH];
        int[] y = new int[16 * LENGTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i / LENGTH * 5 + i % LENGTH) % WORDS;
            y[i] = (x[i] + 1) % WORDS;
        }
        return Dataset.of(NDArray.of(x, 16, LENGTH), NDArray.of(y, 16, LENGTH));
    }

    @Test
    void itTrainsAndIsKeptOnce() {
        Path file = folder.resolve("tied.ckpt");
        try (Trainer trainer = training().compile(Engine.cpu())) {
            trainer.fit(counting(), Option.epochs(60));
            assertThat(trainer.evaluate(counting()).value(Metrics.loss())).isLessThan(0.2);
            trainer.save(file);
            trainer.exportTraining(folder.resolve("TiedTraining.mlpackage"));
        }
        Checkpoint saved = Checkpoint.read(file);
        assertThat(saved.weights().paths())
                .contains("embedding_1/weight", "dense_1/bias")
                .doesNotContain("dense_1/weight");
        assertThat(saved.slots().paths())
                .filteredOn(path -> path.startsWith("adam/m/"))
                .hasSameSizeAs(saved.trainable());
        assertThat(CoreMl.read(folder.resolve("TiedTraining.mlpackage")).ports())
                .noneMatch(port ->
                        port.name().endsWith("dense_1/weight") && !port.name().contains("feed"));
    }

    @Test
    void itTrainsInTheFormForTheNeuralEngine() {
        Training training = training().precision(Precision.MIXED_FLOAT16);
        try (Trainer trainer = training.compile(Engine.cpu());
                var halves = new HalfGradientTraining(training, trainer)) {
            for (int epoch = 0; epoch < 60; epoch++) {
                halves.epoch(counting());
            }
            assertThat(trainer.evaluate(counting()).value(Metrics.loss())).isLessThan(0.2);
        }
    }
}
