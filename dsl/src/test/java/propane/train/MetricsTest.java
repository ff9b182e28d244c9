package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.binaryAccuracy;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.mae;
import static propane.nn.metric.Metrics.perplexity;
import static propane.nn.metric.Metrics.precision;
import static propane.nn.metric.Metrics.r2;
import static propane.nn.metric.Metrics.recall;
import static propane.nn.metric.Metrics.rmse;
import static propane.nn.metric.Metrics.topKAccuracy;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.loss.Losses;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.result.Results;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Metrics of several batches, the last one smaller, against sums over all examples at once. */
class MetricsTest {
    static final int EXAMPLES = 101;
    static final int CLASSES = 4;
    private static final Random RANDOM = new Random(5);
    static final float[][] X = gaussian(EXAMPLES, 6);

    static float[][] gaussian(int rows, int columns) {
        float[][] all = new float[rows][columns];
        for (float[] row : all) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) RANDOM.nextGaussian();
            }
        }
        return all;
    }

    static Trainer trainer(Training training, Metric... metrics) {
        return training.metrics(metrics)
                .optimizer(Optimizers.sgd(0.1))
                .batch(32)
                .seed(3)
                .compile(Engine.cpu());
    }

    static Training ofLabels() {
        return training(model(input(6), dense(CLASSES))).loss(Losses.softmaxCrossEntropy());
    }

    /** Labels that the first inputs tell of, so that scores are above those of chance. */
    private static int[] labels(Trainer trainer) {
        float[][] outputs = rows(trainer);
        return IntStream.range(0, EXAMPLES)
                .map(i -> i % 3 == 0 ? RANDOM.nextInt(CLASSES - 1) : largest(outputs[i]))
                .toArray();
    }

    private static float[][] rows(Trainer trainer) {
        float[] all = trainer.predict(NDArray.of(X)).floats();
        int columns = all.length / EXAMPLES;
        float[][] rows = new float[EXAMPLES][];
        for (int i = 0; i < EXAMPLES; i++) {
            rows[i] = java.util.Arrays.copyOfRange(all, i * columns, (i + 1) * columns);
        }
        return rows;
    }

    private static int largest(float[] outputs) {
        int best = 0;
        for (int i = 1; i < outputs.length; i++) {
            best = outputs[i] > outputs[best] ? i : best;
        }
        return best;
    }

    private static double share(IntPredicate holds) {
        return IntStream.range(0, EXAMPLES).filter(holds).count() / (double) EXAMPLES;
    }

    @Test
    void labelsAreCountedClassByClass() {
        try (Trainer trainer =
                trainer(
                        ofLabels(),
                        accuracy(),
                        topKAccuracy(2),
                        precision(),
                        precision().micro(),
                        recall(),
                        recall().perClass(),
                        f1(),
                        confusionMatrix(),
                        perplexity())) {
            int[] labels = labels(trainer);
            float[][] outputs = rows(trainer);
            Results found = trainer.evaluate(Dataset.of(X, labels));

            int[] table = new int[CLASSES * CLASSES];
            for (int i = 0; i < EXAMPLES; i++) {
                table[labels[i] * CLASSES + largest(outputs[i])]++;
            }
            assertThat(found.matrix(confusionMatrix()))
                    .isEqualTo(NDArray.of(table, CLASSES, CLASSES));
            assertThat(found.matrix(confusionMatrix()).text().lines().toList().getLast().trim())
                    .matches("\\d+ +\\d+ +\\d+ +" + table[CLASSES * CLASSES - 1]);
            double right = share(i -> largest(outputs[i]) == labels[i]);
            assertThat(found.value(accuracy())).isCloseTo(right, within(1e-6));
            assertThat(found.value(precision().micro())).isCloseTo(right, within(1e-6));
            double second = share(i -> above(outputs[i], labels[i]) < 2);
            assertThat(found.value(topKAccuracy(2))).isCloseTo(second, within(1e-6));

            double[] precision = new double[CLASSES];
            double[] recall = new double[CLASSES];
            double[] f1 = new double[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                double hit = table[c * CLASSES + c];
                double taken = 0;
                double actual = 0;
                for (int o = 0; o < CLASSES; o++) {
                    taken += table[o * CLASSES + c];
                    actual += table[c * CLASSES + o];
                }
                precision[c] = taken == 0 ? 0 : hit / taken;
                recall[c] = actual == 0 ? 0 : hit / actual;
                f1[c] = 2 * hit / (taken + actual);
            }
            assertThat(found.value(precision())).isCloseTo(mean(precision), within(1e-6));
            assertThat(found.value(recall())).isCloseTo(mean(recall), within(1e-6));
            assertThat(found.value(f1())).isCloseTo(mean(f1), within(1e-6));
            assertThat(found.matrix(recall().perClass()).doubles())
                    .containsExactly(recall, within(1e-6));
            assertThat(found.value(perplexity()))
                    .isCloseTo(Math.exp(found.value(Metrics.loss())), within(1e-4));
        }
    }

    private static int above(float[] outputs, int label) {
        int above = 0;
        for (float output : outputs) {
            above += output > outputs[label] ? 1 : 0;
        }
        return above;
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }

    @Test
    void classesThatNeitherOccurNorAreTakenDoNotCount() {
        try (Trainer trainer = trainer(ofLabels(), recall())) {
            float[][] outputs = rows(trainer);
            int[] labels = IntStream.range(0, EXAMPLES).map(i -> largest(outputs[i])).toArray();
            // All are right, however many classes there are.
            assertThat(trainer.evaluate(Dataset.of(X, labels)).value(recall())).isEqualTo(1);
        }
    }

    @Test
    void oneOutputIsYesOrNo() {
        var training = training(model(input(6), dense(1))).loss(Losses.binaryCrossEntropy());
        try (Trainer trainer =
                trainer(training, accuracy(), precision(), recall(), confusionMatrix(), auc())) {
            float[][] outputs = rows(trainer);
            float[][] targets = new float[EXAMPLES][1];
            int[] table = new int[4];
            for (int i = 0; i < EXAMPLES; i++) {
                targets[i][0] = outputs[i][0] + RANDOM.nextGaussian() > 0.3 ? 1 : 0;
                table[2 * (int) targets[i][0] + (outputs[i][0] > 0 ? 1 : 0)]++;
            }
            Results found = trainer.evaluate(Dataset.of(X, targets));
            assertThat(found.matrix(confusionMatrix())).isEqualTo(NDArray.of(table, 2, 2));
            assertThat(found.value(accuracy()))
                    .isCloseTo((table[0] + table[3]) / (double) EXAMPLES, within(1e-6));
            assertThat(found.value(precision()))
                    .isCloseTo(table[3] / (double) (table[1] + table[3]), within(1e-6));
            assertThat(found.value(recall()))
                    .isCloseTo(table[3] / (double) (table[2] + table[3]), within(1e-6));
            double exact = area(i -> outputs[i][0], i -> targets[i][0] == 1);
            assertThat(exact).isBetween(0.6, 0.99);
            assertThat(found.value(auc())).isCloseTo(exact, within(2e-3));
        }
    }

    /** The share of pairs in which one of a class has the larger output. */
    private static double area(java.util.function.IntToDoubleFunction output, IntPredicate is) {
        double larger = 0;
        int pairs = 0;
        for (int i = 0; i < EXAMPLES; i++) {
            for (int j = 0; j < EXAMPLES; j++) {
                if (is.test(i) && !is.test(j)) {
                    pairs++;
                    larger +=
                            0.5
                                    + 0.5
                                            * Math.signum(
                                                    output.applyAsDouble(i)
                                                            - output.applyAsDouble(j));
                }
            }
        }
        return larger / pairs;
    }

    @Test
    void areasOfClassesAreEachAgainstTheRest() {
        try (Trainer trainer = trainer(ofLabels(), auc())) {
            int[] labels = labels(trainer);
            labels[0] = CLASSES - 1;
            float[][] outputs = rows(trainer);
            double exact =
                    IntStream.range(0, CLASSES)
                            .mapToDouble(c -> area(i -> odds(outputs[i], c), i -> labels[i] == c))
                            .average()
                            .orElseThrow();
            assertThat(trainer.evaluate(Dataset.of(X, labels)).value(auc()))
                    .isCloseTo(exact, within(5e-3));
        }
    }

    private static double odds(float[] outputs, int of) {
        double others = 0;
        for (int i = 0; i < outputs.length; i++) {
            others += i == of ? 0 : Math.exp(outputs[i]);
        }
        return outputs[of] - Math.log(others);
    }

    @Test
    void whereOneClassIsMissingNothingIsTold() {
        var training = training(model(input(6), dense(1))).loss(Losses.binaryCrossEntropy());
        try (Trainer trainer = trainer(training, auc(), precision(), f1())) {
            Results found = trainer.evaluate(Dataset.of(X, new float[EXAMPLES][1]));
            assertThat(found.value(auc())).isEqualTo(0.5);
            assertThat(found.value(f1())).isZero();
        }
    }

    @Test
    void severalOutputsAreClassesThatAreThereOrNot() {
        var training = training(model(input(6), dense(3))).loss(Losses.binaryCrossEntropy());
        try (Trainer trainer =
                trainer(
                        training,
                        binaryAccuracy(),
                        f1().multiLabel().micro(),
                        f1().multiLabel().perClass(),
                        auc().multiLabel())) {
            float[][] outputs = rows(trainer);
            float[][] targets = new float[EXAMPLES][3];
            double[] hit = new double[3];
            double[] all = new double[3];
            double right = 0;
            for (int i = 0; i < EXAMPLES; i++) {
                for (int c = 0; c < 3; c++) {
                    boolean is = RANDOM.nextInt(3) == 0;
                    boolean taken = outputs[i][c] > 0;
                    targets[i][c] = is ? 1 : 0;
                    right += is == taken ? 1 : 0;
                    hit[c] += is && taken ? 1 : 0;
                    all[c] += (is ? 1 : 0) + (taken ? 1 : 0);
                }
            }
            Results found = trainer.evaluate(Dataset.of(X, targets));
            assertThat(found.value(binaryAccuracy()))
                    .isCloseTo(right / (3 * EXAMPLES), within(1e-6));
            double[] each = new double[3];
            for (int c = 0; c < 3; c++) {
                each[c] = 2 * hit[c] / all[c];
            }
            assertThat(found.matrix(f1().perClass()).doubles()).containsExactly(each, within(1e-6));
            assertThat(found.value(f1().micro()))
                    .isCloseTo(
                            2 * (hit[0] + hit[1] + hit[2]) / (all[0] + all[1] + all[2]),
                            within(1e-6));
        }
    }

    @Test
    void valuesFarFromZeroKeepTheirVariance() {
        var training = training(model(input(6), dense(2))).loss(Losses.meanSquaredError());
        try (Trainer trainer = trainer(training, mae(), rmse(), r2())) {
            float[][] outputs = rows(trainer);
            float[][] targets = gaussian(EXAMPLES, 2);
            for (float[] row : targets) {
                row[0] += 10_000;
            }
            double absolute = 0;
            double squares = 0;
            double[] missed = new double[2];
            double[] mean = new double[2];
            double[] spread = new double[2];
            for (int c = 0; c < 2; c++) {
                for (int i = 0; i < EXAMPLES; i++) {
                    double far = (double) targets[i][c] - outputs[i][c];
                    absolute += Math.abs(far) / (2 * EXAMPLES);
                    squares += far * far / (2 * EXAMPLES);
                    missed[c] += far * far;
                    mean[c] += targets[i][c] / (double) EXAMPLES;
                }
                for (int i = 0; i < EXAMPLES; i++) {
                    spread[c] += Math.pow(targets[i][c] - mean[c], 2);
                }
            }
            Results found = trainer.evaluate(Dataset.of(X, targets));
            assertThat(found.value(mae())).isCloseTo(absolute, within(1e-6 * absolute));
            assertThat(found.value(rmse())).isCloseTo(Math.sqrt(squares), within(1e-2));
            double expected = 1 - (missed[0] / spread[0] + missed[1] / spread[1]) / 2;
            assertThat(found.value(r2())).isCloseTo(expected, within(1e-3 * Math.abs(expected)));
        }
    }

    @Test
    void sequencesHaveALabelAtEachPlace() {
        var training =
                training(model(input(6), sequential(dense(15), reshape(5, 3))))
                        .loss(Losses.softmaxCrossEntropy().ignoreIndex(2));
        try (Trainer trainer =
                trainer(training, accuracy(), confusionMatrix(), perplexity().ignoreIndex(2))) {
            float[][] outputs = rows(trainer);
            int[] labels = IntStream.range(0, 5 * EXAMPLES).map(_ -> RANDOM.nextInt(3)).toArray();
            int[] table = new int[9];
            double lost = 0;
            int counted = 0;
            for (int i = 0; i < labels.length; i++) {
                float[] here =
                        java.util.Arrays.copyOfRange(outputs[i / 5], i % 5 * 3, i % 5 * 3 + 3);
                table[3 * labels[i] + largest(here)]++;
                if (labels[i] != 2) {
                    lost += Math.log1p(Math.exp(-odds(here, labels[i])));
                    counted++;
                }
            }
            Results found =
                    trainer.evaluate(Dataset.of(NDArray.of(X), NDArray.of(labels, EXAMPLES, 5)));
            // Rows of the label that the loss ignores stay empty.
            int[] counting = Arrays.copyOf(table, 9);
            Arrays.fill(counting, 6, 9, 0);
            assertThat(found.matrix(confusionMatrix())).isEqualTo(NDArray.of(counting, 3, 3));
            assertThat(found.value(perplexity())).isCloseTo(Math.exp(lost / counted), within(1e-4));
        }
    }

    @Test
    void whatIsAskedForWronglyIsAnError() {
        var sides = training(model(input(6), dense(3))).loss(Losses.binaryCrossEntropy());
        assertThatThrownBy(() -> trainer(sides, confusionMatrix()).close())
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("precision().multiLabel().perClass()");
        assertThatThrownBy(() -> topKAccuracy(0)).hasMessageContaining("got 0");
        try (Trainer trainer = trainer(ofLabels(), confusionMatrix(), recall())) {
            Results found = trainer.evaluate(Dataset.of(X, new int[EXAMPLES]));
            assertThat(found.toString()).startsWith("loss ").contains(", recall 0");
            assertThatThrownBy(() -> found.value(confusionMatrix()))
                    .hasMessageContaining("[4, 4]")
                    .hasMessageContaining("results.matrix(");
            assertThatThrownBy(() -> found.matrix(recall().perClass()))
                    .hasMessageContaining("recall_per_class")
                    .hasMessageContaining("recall");
        }
    }
}
