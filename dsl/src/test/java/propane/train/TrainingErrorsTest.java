package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.result.Results;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.Map;

class TrainingErrorsTest {
    private static final NDArray ROWS = NDArray.of(new float[] {1, 0, 0, 1, 1, 1, 0, 0}, 4, 2);
    private static final Dataset CLASSES = Dataset.of(ROWS, NDArray.of(new int[] {0, 1, 2, 1}));
    private static final Dataset NUMBERS = Dataset.of(ROWS, ROWS);
    private static final Model THREE = model(Input.input(2), dense(3));
    private static final Model WORDS =
            model(Input.tokens(2), sequential(embedding(5, 2), flatten(), dense(3)));

    private static Training training(Model model, Loss loss) {
        return Training.training(model).loss(loss).optimizer(adam(0.1)).batch(2);
    }

    private static Results fitted(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(1));
            return trainer.evaluate(data);
        }
    }

    private static void refused(
            Class<? extends PropaneException> type,
            Training training,
            Dataset data,
            String... texts) {
        assertThatThrownBy(() -> fitted(training, data))
                .isInstanceOf(type)
                .message()
                .contains(texts)
                .contains("\n    fix: ");
    }

    @Test
    void aLossIsOneNumber() {
        refused(
                ShapeException.class,
                training(THREE, (p, y) -> p.sub(y).abs().max(-1)),
                NUMBERS,
                "loss: must be one floating-point number, got fp32[2]",
                "made by reduce_max",
                "fix: take its mean()");
        refused(
                ShapeException.class,
                training(THREE, (p, y) -> p.sub(y).cast(DType.INT32).sum()),
                NUMBERS,
                "loss: must be one floating-point number, got int32",
                "without cast(…)");
    }

    @Test
    void labelsThatAreIgnoredNeedNotBeClasses() {
        var labels = NDArray.of(new int[] {0, -100, 2, -100});
        var loss = softmaxCrossEntropy();
        var data = Dataset.of(ROWS, labels);
        refused(DataException.class, training(THREE, loss), data, "example 1: the target is -100");
        for (var each :
                new Loss[] {loss.ignoreIndex(-100), loss.ignoreIndex(-100).classWeights(1, 1, 1)}) {
            var training = training(THREE, each).optimizer(sgd(0)).batch(4);
            var known =
                    Dataset.of(
                            NDArray.of(new float[] {1, 0, 1, 1}, 2, 2),
                            NDArray.of(new int[] {0, 2}));
            double all = fitted(training, data).value(Metrics.loss());
            double alone =
                    fitted(training(THREE, loss).optimizer(sgd(0)), known).value(Metrics.loss());
            assertThat(all).isCloseTo(alone, within(1e-6));
        }
    }

    @Test
    void tokensHaveVectors() {
        var loss = softmaxCrossEntropy();
        var labels = NDArray.of(new int[] {0, 1});
        var data = Dataset.of(NDArray.of(new int[] {0, 4, 5, 1}, 2, 2), labels);
        refused(
                DataException.class,
                training(WORDS, loss),
                data,
                "example 1: the input holds the token number 5; the embedding has vectors for 0 to"
                        + " 4",
                "a larger vocabulary");
        try (var trainer = training(WORDS, loss).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.predict(NDArray.of(new int[] {0, -1}, 1, 2)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("holds the token number -1");
        }
    }

    @Test
    void eachLossSaysWhichTargetsItTakes() {
        refused(
                ShapeException.class,
                training(THREE, meanSquaredError()),
                CLASSES,
                "data: the target target is int32[] an example, the training takes fp32[3]",
                "take a loss of class numbers, such as softmaxCrossEntropy()");
        refused(
                ShapeException.class,
                training(THREE, softmaxCrossEntropy()),
                NUMBERS,
                "the training takes int32[]",
                "give class numbers, int[], or take a loss of numbers");
        refused(
                ShapeException.class,
                training(THREE, binaryCrossEntropy()),
                NUMBERS,
                "the training takes fp32[3]",
                "give targets of the shape [3]");
        refused(
                UnknownNameException.class,
                training(THREE, meanSquaredError()),
                Dataset.of(ROWS),
                "the training reads what they do not have, an input or target named target");
    }

    @Test
    void inputsAreToldHowToFit() {
        refused(
                ShapeException.class,
                training(
                        model(Input.input(1, 2), sequential(flatten(), dense(3))),
                        softmaxCrossEntropy()),
                CLASSES,
                "data: the input input is fp32[2] an example, the training takes fp32[1, 2]",
                "fix: reshape(1, 2) the data");
        refused(
                ShapeException.class,
                training(WORDS, softmaxCrossEntropy()),
                CLASSES,
                "give token numbers, int32, or declare the input with input(…)");
        var tokens = Dataset.of(NDArray.of(new int[4], 2, 2), NDArray.of(new int[2]));
        refused(
                ShapeException.class,
                training(THREE, softmaxCrossEntropy()),
                tokens,
                "declare the input with tokens(…)");
        try (var trainer = training(THREE, softmaxCrossEntropy()).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.predict(NDArray.of(new float[] {1, 2})))
                    .hasMessageContaining(
                            "predict: takes batches, the input input has the shape of")
                    .hasMessageContaining("fix: give a batch of one, [1, 2]");
            assertThatThrownBy(() -> trainer.predict(Map.of("inputs", ROWS)))
                    .hasMessageContaining("of the model's inputs none is given named input")
                    .hasMessageContaining("did you mean inputs?");
        }
    }

    @Test
    void gradientsAndUpdatesHaveTheShapeOfTheirWeights() {
        refused(
                ShapeException.class,
                training(THREE, softmaxCrossEntropy()).transformGradients(g -> g.map(Tensor::sum)),
                CLASSES,
                "update: the gradient must be fp32[3, 2] as the weight is, got fp32[]",
                "made by reduce_sum");
        refused(
                ShapeException.class,
                training(THREE, softmaxCrossEntropy()).optimizer(new Flat(Schedules.constant(1))),
                CLASSES,
                "update: what flat takes away must be fp32[3, 2] as the weight is, got fp32[]");
    }

    private record Flat(Schedule learningRate) implements Optimizer {
        @Override
        public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
            return gradient.mean();
        }
    }

    @Test
    void schedulesGiveRates() {
        for (double rate : new double[] {-1, Double.NaN, 1e39}) {
            Schedule wrong = step -> step < 1 ? 0.1 : rate;
            refused(
                    NumericException.class,
                    training(THREE, softmaxCrossEntropy()).optimizer(adam(wrong)),
                    CLASSES,
                    "schedule: the learning rate of adam at update 1 must be 0 or more and finite",
                    "got " + rate);
        }
    }

    @Test
    void examplesAreThere() {
        refused(
                DataException.class,
                training(THREE, softmaxCrossEntropy()),
                CLASSES.take(0),
                "data: there are no examples");
    }

    @Test
    void aStepUpdatesSomething() {
        Step idle =
                (model, batch) -> {
                    var y = model.predict(batch.x());
                    return StepOutputs.of(Metrics.loss(), softmaxCrossEntropy().of(y, batch.y()));
                };
        var training = Training.training(THREE).step(idle).batch(2);
        refused(PropaneException.class, training, CLASSES, "fit: the step updates no weight");
        try (var trainer = training.compile(Engine.cpu())) {
            assertThat(trainer.evaluate(CLASSES).value(Metrics.loss())).isPositive();
        }
    }
}
