package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;
import static propane.train.option.Option.checkpoint;
import static propane.train.option.Option.epochs;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.loss.Loss;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.nio.file.Files;
import java.nio.file.Path;

/** The state moves only when all of it will be finite. */
class FiniteStateTest {
    private static final float[][] X = {{1, 2}, {3, 4}};
    private static final Dataset DATA = Dataset.of(X, new int[] {0, 1});

    @Test
    void aGradientThatIsNoNumberStopsAheadOfTheWeights(@TempDir Path folder) {
        Loss root = (p, t) -> p.sub(p.stopGradient()).sqrt().mean().add(p.mean());
        var training =
                training(model(input(2), dense(1).initializer(Initializers.constant(0.5))))
                        .loss(root)
                        .optimizer(sgd(0.1))
                        .batch(2);
        var data = Dataset.of(X, new float[][] {{0}, {0}});
        try (var trainer = training.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            assertThatThrownBy(() -> trainer.fit(data, epochs(1), checkpoint(folder.resolve("a"))))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("step 1: the gradients are not finite")
                    .hasMessageContaining("the first tensor that is not finite")
                    .hasMessageContaining("weights and slots are those before this step");
            assertThat(trainer.weights()).isEqualTo(before);
            assertThat(trainer.steps()).isZero();
            assertThat(folder).isEmptyDirectory();
        }
    }

    /** The squares count, too: optimizers keep them. */
    @Test
    void aGradientWhoseSquareIsNoNumberStopsAsWell() {
        Loss large = (p, t) -> p.mul(1e30).mean().mul(1e-10);
        var training =
                training(model(input(2), dense(1))).loss(large).optimizer(sgd(1e-20)).batch(2);
        try (var trainer = training.compile(Engine.cpu())) {
            var batch = Batch.of(NDArray.of(X), NDArray.of(new float[][] {{0}, {0}}));
            Weights before = trainer.weights();
            assertThatThrownBy(() -> trainer.step(batch))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("the gradients are not finite");
            assertThat(trainer.weights()).isEqualTo(before);
        }
    }

    /** A variance beyond float32 leaves gradients of trailing zeros. */
    @Test
    void aStatisticThatIsNoNumberIsNotCalledAGradient() {
        var training =
                training(model(input(2), sequential(batchNorm(), dense(2))))
                        .loss(softmaxCrossEntropy())
                        .optimizer(sgd(0.1))
                        .batch(2);
        try (var trainer = training.compile(Engine.cpu())) {
            var x = NDArray.of(new float[][] {{1e30f, 1}, {-1e30f, 2}});
            assertThatThrownBy(() -> trainer.step(Batch.of(x, NDArray.of(new int[] {0, 1}))))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("batch_norm_1/variance holds Infinity")
                    .hasMessageContaining("the scale of the data")
                    .hasMessageNotContaining("the gradients are not finite");
        }
    }

    /** The next statistic is known before anything moves, as the output is made of it. */
    @Test
    void aStatisticThatResultsNeedStopsAheadOfTheWeights() {
        Layer counting =
                (scope, x) -> {
                    Tensor peak = scope.buffer("peak", Shape.shape(1), Initializers.constant(1));
                    Tensor next = peak.add(x.stopGradient().square().mean());
                    scope.set(peak, next);
                    return x.mul(0).add(next.add(1).rsqrt());
                };
        var training =
                training(model(input(2), sequential(counting, dense(2))))
                        .loss(softmaxCrossEntropy())
                        .optimizer(sgd(0.1))
                        .batch(2);
        try (var trainer = training.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            var x = NDArray.of(new float[][] {{1e30f, 1}, {-1e30f, 2}});
            assertThatThrownBy(() -> trainer.step(Batch.of(x, NDArray.of(new int[] {0, 1}))))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("step 1: the next state of the model is not finite")
                    .hasMessageContaining("the first tensor that is not finite")
                    .hasMessageContaining("weights and slots are those before this step");
            assertThat(trainer.weights()).isEqualTo(before);
            trainer.step(Batch.of(NDArray.of(X), NDArray.of(new int[] {0, 1})));
            assertThat(trainer.steps()).isEqualTo(1);
        }
    }

    /** An optimizer that makes of finite gradients what is none, in a loop and beside loops. */
    private record Spoiling(boolean byMatmul, double factor) implements Optimizer {
        @Override
        public Schedule learningRate() {
            return Schedules.constant(1);
        }

        @Override
        public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
            Tensor infinite = gradient.abs().add(1).mul(factor).mul(1e30);
            return byMatmul && weight.rank() == 2
                    ? infinite.matmul(infinite.transpose(1, 0).matmul(infinite))
                    : infinite;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAnOptimizerSpoilsIsSaidAndNeverWritten(boolean byMatmul, @TempDir Path folder) {
        var training =
                training(model(input(2), dense(40)))
                        .loss(softmaxCrossEntropy())
                        .optimizer(new Spoiling(byMatmul, 1e20))
                        .batch(2);
        try (var trainer = training.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            Path file = folder.resolve("a.ckpt");
            trainer.save(file);
            long size = file.toFile().length();
            assertThatThrownBy(() -> trainer.fit(DATA, epochs(1), checkpoint(file)))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("step 1: the new state is not finite")
                    .hasMessageContaining("dense_1/")
                    .hasMessageContaining("the state is spoiled");
            assertThatThrownBy(() -> trainer.save(file))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("nothing was written");
            assertThatThrownBy(() -> trainer.export(folder.resolve("A.mlpackage")))
                    .isInstanceOf(NumericException.class);
            assertThatThrownBy(() -> trainer.exportTraining(folder.resolve("B.mlpackage")))
                    .isInstanceOf(NumericException.class);
            assertThat(file).hasSize(size);
            assertThat(Files.exists(folder.resolve("A.mlpackage"))).isFalse();
            trainer.load(file);
            assertThat(trainer.weights()).isEqualTo(before);
            trainer.save(file);
        }
    }

    /** Infinite slopes that are clipped, before or after several batches are added up. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whatClippingMendsIsNoFault(int accumulate) {
        Loss root = (p, t) -> p.sub(p.sqrt()).mean();
        var data =
                Dataset.of(new float[][] {{1}, {1}, {1}, {1}}, new float[][] {{0}, {0}, {0}, {0}});
        var training =
                training(model(input(1), dense(1).initializer(Initializers.zeros())))
                        .loss(root)
                        .optimizer(sgd(0.1))
                        .transformGradients(g -> g.clipByValue(0.5))
                        .batch(1)
                        .gradientAccumulation(accumulate);
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(1));
            assertThat(trainer.weights().at("dense_1/weight").at(0)).isBetween(0.04, 0.3);
        }
    }

    /** The slope of a root at 0, times the slope 0 of a square. */
    @Test
    void aStepOfOnesOwnWhoseSlopesAreNoNumbersKeepsItsWeights(@TempDir Path folder) {
        Step own =
                (model, batch) -> {
                    var out = model.predict(batch.x());
                    var d = out.sub(out.stopGradient()).square().sum(-1).sqrt().mean();
                    var l = softmaxCrossEntropy().of(out, batch.y()).add(d);
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l).with(accuracy(), out, batch.y());
                };
        var training = training(model(input(2), dense(2))).step(own).batch(2).seed(1);
        try (var trainer = training.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            assertThatThrownBy(() -> trainer.fit(DATA, epochs(1), checkpoint(folder.resolve("a"))))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("step 1: the gradients are not finite");
            assertThat(trainer.weights()).isEqualTo(before);
            assertThat(folder).isEmptyDirectory();
        }
    }
}
