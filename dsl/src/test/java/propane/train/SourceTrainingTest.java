package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.rmse;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;
import static propane.train.option.Option.moreEpochs;
import static propane.train.option.Option.validationData;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Weights;
import propane.data.DataSource;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import stranger.FloatRows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Training, measuring and predicting on what sources give: as on arrays, to the last bit. */
class SourceTrainingTest {
    private static final int COUNT = 50;
    private static final Training TRAINING =
            Training.training(model(Input.input(3), sequential(dense(8), relu(), dense(4))))
                    .loss(softmaxCrossEntropy())
                    .sampleWeight("trust")
                    .metrics(accuracy())
                    .optimizer(adam(0.01))
                    .batch(8)
                    .seed(5);

    /** Three numbers, a class and a weight by row; a row may be bad. */
    private static final class Drawn implements DataSource {
        private final float[] x = new float[3 * COUNT];
        private final int[] y = new int[COUNT];
        private final float[] trust = new float[COUNT];
        private int bad = -1;
        private int label = 1;
        private boolean isGone;

        Drawn() {
            var random = new Random(3);
            for (int i = 0; i < COUNT; i++) {
                y[i] = random.nextInt(4);
                trust[i] = random.nextFloat();
                for (int j = 0; j < 3; j++) {
                    x[3 * i + j] = (float) random.nextGaussian();
                }
            }
        }

        Drawn bad(int row, int wrong) {
            bad = row;
            label = wrong;
            return this;
        }

        Drawn gone(int row) {
            bad = row;
            isGone = true;
            return this;
        }

        Dataset inMemory() {
            return Dataset.of(
                    Map.of("input", NDArray.of(x, COUNT, 3)),
                    Map.of("target", NDArray.of(y), "trust", NDArray.of(trust)));
        }

        @Override
        public long size() {
            return COUNT;
        }

        @Override
        public List<Column> columns() {
            return List.of(
                    Column.input("input", TensorType.float32(Shape.shape(3))),
                    Column.target("target", TensorType.int32(Shape.shape())),
                    Column.target("trust", TensorType.float32(Shape.shape())));
        }

        @Override
        public void read(long row, MemorySegment... to) throws IOException {
            int i = (int) row;
            if (i == bad && isGone) {
                throw new IOException("no such disk");
            }
            to[0].copyFrom(MemorySegment.ofArray(x).asSlice(12L * i, 12));
            to[1].set(ValueLayout.JAVA_INT, 0, i == bad ? label : y[i]);
            to[2].set(ValueLayout.JAVA_FLOAT, 0, trust[i]);
        }
    }

    /** What a training tells and leaves. */
    private record Told(String history, Object results, NDArray outputs, Weights weights) {}

    private static Told trained(Dataset data) {
        var split = data.split(0.8, 1);
        try (Trainer trainer = TRAINING.compile(Engine.cpu())) {
            var history = trainer.fit(split.train(), epochs(3), validationData(split.test()));
            NDArray outputs = trainer.predict(split.test());
            try (Predictor predictor = trainer.predictor()) {
                assertThat(predictor.predict(split.test())).isEqualTo(outputs);
            }
            assertThat(outputs).isEqualTo(trainer.predict(split.test().all().x()));
            return new Told(
                    history.toCsv(), trainer.evaluate(split.test()), outputs, trainer.weights());
        }
    }

    @Test
    void aTrainingOnASourceIsThatOnArraysToTheLastBit() {
        assertThat(trained(Dataset.from(new Drawn()))).isEqualTo(trained(new Drawn().inMemory()));
    }

    /** The weights after two of seven batches are those that the third one's error leaves. */
    @Test
    void aRowThatCannotBeReadEndsTheStepBeforeTheStateMoves() {
        Weights expected;
        try (Trainer trainer = TRAINING.compile(Engine.cpu())) {
            trainer.fit(new Drawn().inMemory().take(16), epochs(1), inOrder());
            expected = trainer.weights();
        }
        for (Drawn drawn :
                List.of(new Drawn().gone(19), new Drawn().bad(19, 4), new Drawn().bad(19, -1))) {
            try (Trainer trainer = TRAINING.compile(Engine.cpu())) {
                assertThatThrownBy(() -> trainer.fit(Dataset.from(drawn), epochs(1), inOrder()))
                        .isInstanceOf(DataException.class)
                        .hasMessageStartingWith("Drawn: example 19: ");
                assertThat(trainer.steps()).isEqualTo(2);
                assertThat(trainer.weights()).isEqualTo(expected);
                // The run goes on where it ended, as if nothing had been.
                trainer.fit(Dataset.from(new Drawn()), epochs(1), inOrder());
                assertThat(trainer.steps()).isEqualTo(7);
                assertThatThrownBy(() -> trainer.evaluate(Dataset.from(drawn)))
                        .isInstanceOf(DataException.class)
                        .hasMessageStartingWith("Drawn: example 19: ");
                try (Trainer unbroken = TRAINING.compile(Engine.cpu())) {
                    unbroken.fit(new Drawn().inMemory(), epochs(1), inOrder());
                    assertThat(trainer.weights()).isEqualTo(unbroken.weights());
                }
                Weights before = trainer.weights();
                assertThatThrownBy(() -> trainer.findLearningRate(Dataset.from(drawn)))
                        .isInstanceOf(DataException.class);
                assertThat(trainer.weights()).isEqualTo(before);
                trainer.fit(Dataset.from(new Drawn()), moreEpochs(1));
            }
        }
    }

    @Test
    void aPredictionReadsABatchAtATimeAndNamesTheRow() {
        var longest = new ArrayList<Integer>();
        DataSource words =
                new DataSource() {
                    @Override
                    public long size() {
                        return 30;
                    }

                    @Override
                    public List<Column> columns() {
                        return List.of(Column.input("words", TensorType.int32(Shape.shape(2))));
                    }

                    @Override
                    public void read(long row, MemorySegment... to) {
                        to[0].setAtIndex(ValueLayout.JAVA_INT, 0, 1);
                        to[0].setAtIndex(ValueLayout.JAVA_INT, 1, row == 27 ? 5 : 2);
                    }

                    @Override
                    public void read(long[] rows, int count, MemorySegment... to)
                            throws IOException {
                        longest.add(count);
                        DataSource.super.read(rows, count, to);
                    }

                    @Override
                    public String place(long row) {
                        return "words.bin:" + row;
                    }
                };
        var training =
                Training.training(
                                model(
                                        Input.tokens(2),
                                        sequential(embedding(5, 2), flatten(), dense(4))))
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(0.1))
                        .batch(8);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            var data = Dataset.from(words);
            assertThat(trainer.predict(data.take(24)).shape()).isEqualTo(Shape.shape(24, 4));
            assertThat(longest).containsExactly(8, 8, 8);
            assertThatThrownBy(() -> trainer.predict(data))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("words.bin:27: the words holds the token number 5");
        }
    }

    @Test
    void aMappedFileIsASource(@TempDir Path folder) throws IOException {
        var random = new Random(2);
        var rows = new float[200][4];
        Path file = folder.resolve("rows.bin");
        try (var arena = Arena.ofConfined();
                var out =
                        java.nio.channels.FileChannel.open(
                                file,
                                java.nio.file.StandardOpenOption.CREATE,
                                java.nio.file.StandardOpenOption.WRITE)) {
            var all = arena.allocate(200 * 16, 4);
            for (int i = 0; i < 200; i++) {
                for (int j = 0; j < 3; j++) {
                    rows[i][j] = random.nextFloat();
                }
                rows[i][3] = rows[i][0] - rows[i][1];
                MemorySegment.copy(rows[i], 0, all, ValueLayout.JAVA_FLOAT, 16L * i, 4);
            }
            out.write(all.asByteBuffer());
        }
        float[][] x = new float[200][];
        float[][] y = new float[200][];
        for (int i = 0; i < 200; i++) {
            x[i] = java.util.Arrays.copyOf(rows[i], 3);
            y[i] = new float[] {rows[i][3]};
        }
        var training =
                Training.training(model(Input.input(3), dense(1)))
                        .loss(meanSquaredError())
                        .metrics(rmse())
                        .optimizer(adam(0.1))
                        .batch(16);
        try (var arena = Arena.ofShared();
                Trainer trainer = training.compile(Engine.cpu());
                Trainer other = training.compile(Engine.cpu())) {
            var data = Dataset.from(FloatRows.map(file, 4, arena));
            trainer.fit(data, epochs(20));
            other.fit(Dataset.of(x, y), epochs(20));
            assertThat(trainer.weights()).isEqualTo(other.weights());
            assertThat(trainer.evaluate(data).value(rmse())).isLessThan(0.1);
        }
    }
}
