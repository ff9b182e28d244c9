package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.hinge;
import static propane.nn.loss.Losses.hingeEmbedding;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.binaryAccuracy;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.metric.Metrics.precision;
import static propane.nn.metric.Metrics.recall;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.epochs;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.spi.Interpreter;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.train.result.Results;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Yes and no may be given as numbers of classes, as columns of tables have them. */
class WholeNumberTargetsTest {
    private static final float[][] X = {{1, 0}, {0, 1}, {-1, 2}, {2, 2}, {-1, -1}};
    private static final int[] Y = {1, 0, 0, 1, 1};
    private static final Metric[] METRICS = {
        accuracy(),
        binaryAccuracy(),
        precision(),
        recall(),
        f1(),
        auc(),
        confusionMatrix(),
        Metrics.mae()
    };

    @TempDir private Path folder;

    private static Training training(int outputs, Loss loss) {
        return Training.training(model(Input.input(2), dense(outputs)))
                .loss(loss)
                .optimizer(sgd(0.5))
                .batch(2)
                .seed(1);
    }

    private static Results fitted(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(3));
            trainer.step(data.all());
            return trainer.evaluate(data);
        }
    }

    private static Dataset data(NDArray targets) {
        return Dataset.of(NDArray.of(X), targets);
    }

    private static float[] floats(int... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    private static int[] signs() {
        int[] signs = new int[Y.length];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = 2 * Y[i] - 1;
        }
        return signs;
    }

    static Stream<Loss> losses() {
        return Stream.of(
                binaryCrossEntropy(),
                hinge(),
                hingeEmbedding(),
                binaryCrossEntropy().lossWeight(2));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aColumnOfWholeNumbersIsOneOfFractions(Loss loss) {
        int n = Y.length;
        boolean isOfShares = loss.targetKind() == Loss.TargetKind.SIDES;
        float[] usual = floats(isOfShares ? Y : signs());
        var training = training(1, loss).metrics(METRICS);
        Results expected = fitted(training, data(NDArray.of(usual, n, 1)));
        assertThat(expected.value(loss())).isFinite();
        assertThat(fitted(training, data(NDArray.of(usual)))).isEqualTo(expected);
        assertThat(withoutMae(fitted(training, data(NDArray.of(Y)))))
                .isEqualTo(withoutMae(expected));
        assertThat(withoutMae(fitted(training, data(NDArray.of(Y, n, 1)))))
                .isEqualTo(withoutMae(expected));
        if (!isOfShares) {
            assertThat(fitted(training, data(NDArray.of(signs())))).isEqualTo(expected);
            assertThat(withoutMae(fitted(training, data(NDArray.of(floats(Y))))))
                    .isEqualTo(withoutMae(expected));
        }
    }

    /** Of targets 0 and −1 differences are not the same. */
    private static Map<String, Double> withoutMae(Results results) {
        var values = new java.util.LinkedHashMap<>(results.values());
        values.remove("mae");
        return values;
    }

    @Test
    void aTableOfNoAndYesIsLearnedByOneOutput() throws IOException {
        Path file = folder.resolve("either.csv");
        Files.writeString(file, "a,b,is\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n");
        var table = Dataset.csv(file, "is");
        try (var trainer =
                training(1, binaryCrossEntropy()).metrics(METRICS).compile(Engine.cpu())) {
            trainer.fit(table, epochs(300));
            Results found = trainer.evaluate(table);
            assertThat(found.value(accuracy())).isEqualTo(1);
            assertThat(found.value(auc())).isEqualTo(1);
            assertThat(found.matrix(confusionMatrix()))
                    .isEqualTo(NDArray.of(new int[] {1, 0, 0, 3}, 2, 2));
        }
        Files.writeString(file, "a,b,is\n0,0,0\n0,1,1\n1,0,2\n");
        try (var trainer = training(1, binaryCrossEntropy()).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(Dataset.csv(file, "is")))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(file + ":4: the target is 2")
                    .hasMessageContaining("fix: ");
        }
    }

    @Test
    void severalOutputsHaveATargetEach() {
        int[] two = {1, 0, 0, 0, 1, 1, 0, 1, 1, 1};
        var training =
                training(2, binaryCrossEntropy())
                        .metrics(binaryAccuracy(), f1().multiLabel(), auc().multiLabel());
        assertThat(fitted(training, data(NDArray.of(two, 5, 2))))
                .isEqualTo(fitted(training, data(NDArray.of(floats(two), 5, 2))));
        assertThatThrownBy(() -> fitted(training, data(NDArray.of(Y))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("fp32[2]");
    }

    private static Step own(Loss loss) {
        return (model, batch) -> {
            Tensor outputs = model.predict(batch.x());
            var sum = loss.sum(outputs, batch.y());
            model.update(gradients(sum, model), sgd(0.5));
            StepOutputs report = StepOutputs.of(sum);
            for (Metric each : METRICS) {
                report =
                        each.equals(Metrics.mae())
                                ? report
                                : report.with((Metric.Streaming) each, outputs, batch.y());
            }
            return report;
        };
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aStepOfOnesOwnTakesThemAsWell(Loss loss) {
        var named = training(1, loss).metrics(METRICS);
        Results expected = fitted(named, data(NDArray.of(Y)));
        var own = Training.training(named.model()).step(own(loss)).batch(2).seed(1);
        assertThat(fitted(own, data(NDArray.of(Y))).values()).isEqualTo(withoutMae(expected));
        var wide = own.targets(new Input("target", one(), propane.tensor.DType.INT32));
        assertThat(fitted(wide, data(NDArray.of(Y, 5, 1))).values())
                .isEqualTo(withoutMae(expected));
    }

    private static propane.tensor.Shape one() {
        return propane.tensor.Shape.shape(1);
    }

    @Test
    void whatIsNeitherYesNorNoIsRefusedByEveryDoor() {
        var training = training(1, binaryCrossEntropy());
        var own =
                Training.training(training.model())
                        .step(own(binaryCrossEntropy()))
                        .batch(2)
                        .seed(1);
        var ofFloats = own.targets(Input.input("target", 1));
        for (Training each : List.of(training, own)) {
            requireRefused(each, data(NDArray.of(new int[] {1, 0, 2, 1, 0})), "is 2;");
            requireRefused(each, data(NDArray.of(new int[] {1, 0, -1, 1, 0})), "is -1;");
        }
        for (Training each : List.of(training, ofFloats)) {
            requireRefused(each, data(NDArray.of(new float[] {1, 0, 1.5f, 1, 0})), "is 1.5;");
            requireRefused(each, data(NDArray.of(new float[] {1, 0, -.25f, 1, 0})), "is -0.25;");
        }
        for (Loss loss : List.of(hinge(), hingeEmbedding())) {
            var sides = training(1, loss);
            requireRefused(sides, data(NDArray.of(new int[] {1, 0, 2, 1, 0})), "is 2;");
            requireRefused(sides, data(NDArray.of(new float[] {1, -1, .5f, 1, 1})), "is 0.5;");
            requireRefused(sides, data(NDArray.of(new int[] {1, 0, -1, 1, 0})), "is -1;");
        }
    }

    private static void requireRefused(Training training, Dataset wrong, String what) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            for (Runnable door :
                    List.<Runnable>of(
                            () -> trainer.fit(wrong, epochs(2)),
                            () -> trainer.evaluate(wrong),
                            () -> trainer.step(wrong.all()))) {
                assertThatThrownBy(door::run)
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining("example 2: the target " + what)
                        .hasMessageContaining("fix: ");
            }
            assertThat(trainer.steps()).isZero();
        }
    }

    /** What is to be predicted as a number is not taken for a class by mistake. */
    @Test
    void numbersAreNotMadeOfClasses() {
        assertThatThrownBy(() -> fitted(training(1, meanSquaredError()), data(NDArray.of(Y))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("take a loss of class numbers");
        var column = data(NDArray.of(new float[] {1, 2, 3, 4, 5}));
        var square = data(NDArray.of(new float[] {1, 2, 3, 4, 5}, 5, 1));
        assertThat(fitted(training(1, meanSquaredError()), column))
                .isEqualTo(fitted(training(1, meanSquaredError()), square));
    }

    @Test
    void weightsMayBeWholeNumbersAndAreNotNegative() {
        var training = training(1, binaryCrossEntropy()).sampleWeight("w").metrics(METRICS);
        var whole = weighted(NDArray.of(new int[] {1, 0, 2, 1, 1}));
        var floats = weighted(NDArray.of(new float[] {1, 0, 2, 1, 1}));
        assertThat(fitted(training, whole)).isEqualTo(fitted(training, floats));
        assertThatThrownBy(
                        () -> fitted(training, weighted(NDArray.of(new float[] {1, 1, -1, 1, 1}))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("example 2: the w is -1;");
    }

    private static Dataset weighted(NDArray weights) {
        return Dataset.of(
                Map.of("input", NDArray.of(X)), Map.of("target", NDArray.of(Y), "w", weights));
    }

    /** Wherever a metric is told to ignore a label it does, of a single output, too. */
    @Test
    void labelsOfASingleOutputCanBeIgnored() {
        Tensor outputs = Tensor.constant(NDArray.of(new float[] {1, 1, -1, 1}, 4, 1));
        Tensor whole = Tensor.constant(NDArray.of(new int[] {1, -1, 0, 0}));
        Tensor fractions = Tensor.constant(NDArray.of(new float[] {1, -1, 0, 0}, 4, 1));
        for (Tensor targets : List.of(whole, fractions)) {
            double[] measured =
                    Interpreter.run(accuracy().ignoreIndex(-1).measure(outputs, targets)).doubles();
            assertThat(measured[0] / measured[1]).isCloseTo(2 / 3.0, within(1e-6));
            Tensor scores = precision().ignoreIndex(-1).measure(outputs, targets);
            assertThat(precision().value(Interpreter.run(scores).doubles(), 1)).isEqualTo(0.5);
        }
    }

    @Test
    void wholeNumbersBecomeFractionsWhereAsked() {
        var data = data(NDArray.of(Y)).floatTarget("target");
        assertThat(data.all().y()).isEqualTo(NDArray.of(floats(Y)));
        assertThat(fitted(training(1, meanSquaredError()), data).value(loss())).isFinite();
        var large = data(NDArray.of(new int[] {0, 1, 2, 3, (1 << 24) + 2}));
        assertThatThrownBy(() -> large.floatTarget("target"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds 16777218, which float32 may lack");
    }

    @Test
    void theValueIsThatOfTheFormula() {
        var data = Dataset.of(new float[][] {{0, 0}, {0, 0}}, new int[] {1, 0});
        try (var trainer = training(1, binaryCrossEntropy()).compile(Engine.cpu())) {
            assertThat(trainer.evaluate(data).value(loss())).isCloseTo(Math.log(2), within(1e-7));
        }
    }
}
