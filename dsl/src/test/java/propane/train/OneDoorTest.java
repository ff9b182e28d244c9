package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.ctc;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.negativeLogLikelihood;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.option.Option.epochs;
import static propane.train.step.Gradients.gradients;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever takes examples asks the same of them. */
class OneDoorTest {
    private static final float[][] X = {{1, 2}, {3, 4}};

    private static Training own(Step step) {
        return Training.training(Model.model(Input.input(2), Layers.dense(3))).step(step).batch(2);
    }

    private static Training named() {
        return Training.training(Model.model(Input.input(2), Layers.dense(3)))
                .loss(softmaxCrossEntropy())
                .optimizer(sgd(0.1))
                .batch(2);
    }

    private static Step stepOf(Loss of) {
        return (model, batch) -> {
            var l = of.of(model.predict(batch.x()), batch.y());
            model.update(gradients(l, model), sgd(0.1));
            return StepOutputs.of(loss(), l);
        };
    }

    @Test
    void labelsThatAreNoClassAreRefusedByEveryDoor() {
        var wrong = Dataset.of(X, new int[] {7, -3});
        Step direct =
                (model, batch) -> {
                    var p = model.predict(batch.x());
                    var l = batch.y().oneHot(3).sub(p).square().mean();
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l);
                };
        for (Training training :
                List.of(
                        named(),
                        own(stepOf(softmaxCrossEntropy())),
                        own(stepOf(softmaxCrossEntropy().labelSmoothing(0.1))),
                        own(stepOf(softmaxCrossEntropy().classWeights(1, 2, 3))),
                        own(stepOf(softmaxCrossEntropy().ignoreIndex(-100))),
                        own(direct))) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                for (Runnable door :
                        List.<Runnable>of(
                                () -> trainer.fit(wrong, epochs(2)),
                                () -> trainer.evaluate(wrong),
                                () -> trainer.step(wrong.all()),
                                () -> trainer.findLearningRate(wrong))) {
                    assertThatThrownBy(door::run)
                            .isInstanceOf(DataException.class)
                            .hasMessageContaining("the target is 7")
                            .hasMessageContaining("3 classes apart, 0 to 2");
                }
                assertThat(trainer.steps()).isZero();
            }
        }
    }

    @Test
    void whatALossIgnoresNeedNotBeAClass() {
        var data = Dataset.of(X, new int[] {2, -100});
        for (Training training :
                List.of(
                        named().loss(softmaxCrossEntropy().ignoreIndex(-100)),
                        own(stepOf(softmaxCrossEntropy().ignoreIndex(-100))),
                        own(stepOf(softmaxCrossEntropy().ignoreIndex(-100).labelSmoothing(0.1))),
                        own(
                                stepOf(
                                        softmaxCrossEntropy()
                                                .ignoreIndex(-100)
                                                .classWeights(1, 2, 3))))) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                assertThat(trainer.fit(data).last(loss())).isPositive();
                assertThat(trainer.step(data.all()).value(loss())).isPositive();
            }
        }
    }

    @Test
    void whatFillsASequenceOfCtcIsNoLabel() {
        var sounds = NDArray.of(new float[] {0, 1, 0, 2, 0, 2, 1, 0, 1, 0, 0, 2}, 3, 4, 1);
        var filled = Dataset.of(sounds, NDArray.of(new int[] {1, 2, 2, -1, 1, 2}, 3, 2));
        var blanks = Dataset.of(sounds, NDArray.of(new int[] {1, 2, 2, 0, 1, 2}, 3, 2));
        var wrong = Dataset.of(sounds, NDArray.of(new int[] {1, 2, 2, -2, 1, 2}, 3, 2));
        var model =
                Model.model(
                        Input.input(4, 1),
                        Layers.sequential(Layers.dense(8), Layers.relu(), Layers.dense(3)));
        Step step =
                (traced, batch) -> {
                    var l = ctc(2).of(traced.predict(batch.x()), batch.y());
                    traced.update(gradients(l, traced), adam(1e-2));
                    return StepOutputs.of(loss(), l);
                };
        var plain = Training.training(model).batch(3).seed(1);
        for (Training training :
                List.of(
                        plain.loss(ctc(2)).optimizer(adam(1e-2)),
                        plain.loss(ctc(2).lossWeight(1)).optimizer(adam(1e-2)),
                        plain.step(step).targets(Input.tokens("target", 2)))) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                double first = trainer.evaluate(filled).value(loss());
                assertThat(trainer.evaluate(blanks).value(loss())).isEqualTo(first);
                assertThat(trainer.step(filled.all()).value(loss()))
                        .isCloseTo(first, Offset.offset(1e-5));
                trainer.fit(filled, epochs(2));
                assertThat(trainer.evaluate(filled).value(loss())).isLessThan(first);
                assertThatThrownBy(() -> trainer.fit(wrong)).hasMessageContaining("is -2");
            }
        }
    }

    @Test
    void whatIsNotANumberIsRefusedByEveryDoor() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            NDArray x = NDArray.of(new float[][] {{1, 2}, {3, bad}});
            NDArray y = NDArray.of(new int[] {0, 1});
            try (Trainer trainer = named().compile(Engine.cpu());
                    Predictor predictor = trainer.predictor()) {
                for (Runnable door :
                        List.<Runnable>of(
                                () -> trainer.fit(Dataset.of(x, y)),
                                () -> trainer.evaluate(Dataset.of(x, y)),
                                () -> trainer.step(Batch.of(x, y)),
                                () -> trainer.predict(x),
                                () -> predictor.predict(x))) {
                    assertThatThrownBy(door::run)
                            .isInstanceOf(DataException.class)
                            .hasMessageContaining("example 1, element 1")
                            .hasMessageContaining("every value must be finite");
                }
            }
        }
    }

    @Test
    void imagesWithChannelsLastAreTurnedNotReshaped() {
        var model =
                Model.model(
                        Input.image(4, 4, 3), Layers.sequential(Layers.flatten(), Layers.dense(2)));
        float[] red = new float[2 * 48];
        for (int i = 0; i < red.length; i += 3) {
            red[i] = 1;
        }
        var last = Dataset.of(NDArray.of(red, 2, 4, 4, 3), NDArray.of(new int[] {0, 1}));
        Training training =
                Training.training(model).loss(softmaxCrossEntropy()).optimizer(sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(last))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("channelsFirst()")
                    .hasMessageNotContaining("reshape");
            var first = last.channelsFirst();
            trainer.fit(first);
            float[] planes = first.all().x().floats();
            for (int i = 0; i < planes.length; i++) {
                assertThat(planes[i]).isEqualTo(i % 48 < 16 ? 1 : 0);
            }
            var flat = last.reshape(48);
            assertThatThrownBy(() -> trainer.fit(flat))
                    .hasMessageContaining("declare the input with the shape [48]");
            assertThatThrownBy(() -> trainer.fit(last.reshape(3, 1, 4, 4)))
                    .hasMessageContaining("reshape(3, 4, 4) the data");
            assertThatThrownBy(() -> flat.channelsFirst())
                    .hasMessageContaining("[height, width, channels], got [48]");
        }
    }

    private static Training line(Step step, Input target) {
        return Training.training(Model.model(Input.input(1), Layers.dense(1)))
                .step(step)
                .targets(target)
                .seed(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 5})
    void everyExampleMeetsEveryOtherOnlyWhereThatIsSaid(int batch) {
        Step silent =
                (model, examples) -> {
                    var l = model.predict(examples.x()).sub(examples.y()).square().mean();
                    model.update(gradients(l, model), sgd(0.05));
                    return StepOutputs.of(loss(), l);
                };
        Step turned =
                (model, examples) -> {
                    var l = examples.y().mul(2).sub(model.predict(examples.x())).abs().mean();
                    model.update(gradients(l, model), sgd(0.05));
                    return StepOutputs.of(loss(), l);
                };
        for (Step step : List.of(silent, turned)) {
            assertThatThrownBy(() -> line(step, Input.input("target")).batch(batch).compile())
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("sub: ")
                    .hasMessageContaining("[" + batch + ", 1]")
                    .hasMessageContaining("[" + batch + "]")
                    .hasMessageContaining("reshape(-1, 1)");
        }
        Step all =
                (model, examples) -> {
                    var p = model.predict(examples.x());
                    var pairs = p.sub(examples.y().reshape(1, -1));
                    var rows = pairs.sub(pairs.max(1));
                    var l = pairs.square().mean().add(rows.abs().mean());
                    model.update(gradients(l, model), sgd(0.05));
                    return StepOutputs.of(loss(), l);
                };
        assertThatCode(() -> line(all, Input.input("target")).batch(batch).compile().close())
                .doesNotThrowAnyException();
        // An axis that happens to be as long as the batch is no batch.
        Step features =
                (model, examples) -> {
                    var mean = examples.x().mean(0);
                    var l = examples.y().reshape(-1, 1).add(mean).mul(model.weight("dense_1/bias"));
                    model.update(gradients(l.mean(), model), sgd(0.05));
                    return StepOutputs.of(loss(), l.mean());
                };
        Step predicting =
                (model, examples) -> {
                    model.predict(examples.x());
                    return features.trace(model, examples);
                };
        var wide =
                Training.training(Model.model(Input.input(batch), Layers.dense(1)))
                        .step(predicting)
                        .targets(Input.input("target"))
                        .batch(batch);
        assertThatCode(() -> wide.compile().close()).doesNotThrowAnyException();
    }

    @Test
    void aLossOfAUsersOwnIsHeldToItAsWell() {
        Loss silent =
                new Loss() {
                    @Override
                    public Tensor of(Tensor prediction, Tensor target) {
                        return prediction.sub(target).square().mean();
                    }

                    @Override
                    public propane.tensor.TensorType target(propane.tensor.TensorType prediction) {
                        return prediction.with(
                                propane.tensor.Shape.shape(prediction.shape().dim(0)));
                    }
                };
        var training =
                Training.training(Model.model(Input.input(1), Layers.dense(1)))
                        .loss(silent)
                        .optimizer(sgd(0.1));
        assertThatThrownBy(training::compile).hasMessageContaining("every example with every");
    }

    private static String errors(Training training) {
        var text = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.evaluate(Dataset.of(X, new float[][] {{0, 1}, {1, 0}}));
        } catch (ShapeException e) {
            return text.toString(StandardCharsets.UTF_8);
        } finally {
            System.setErr(before);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static Training ending(Layer last, Loss of) {
        boolean isOfClasses = of.targetKind() == Loss.TargetKind.CLASSES;
        return Training.training(
                        Model.model(Input.input(2), Layers.sequential(Layers.dense(2), last)))
                .loss(of)
                .metrics(isOfClasses ? new Metric[] {accuracy()} : new Metric[0])
                .optimizer(sgd(0.1));
    }

    @Test
    void aProbabilityThatIsMadeOneAgainIsToldOnce() {
        assertThat(errors(ending(Layers.softmax(), softmaxCrossEntropy())))
                .contains("softmaxCrossEntropy() takes logits", "leave softmax() away")
                .hasLineCount(1);
        assertThat(errors(ending(Layers.sigmoid(), binaryCrossEntropy())))
                .contains("binaryCrossEntropy() takes logits", "leave sigmoid() away")
                .hasLineCount(1);
        assertThat(errors(ending(Layers.sigmoid(), binaryCrossEntropy().ignoreNaN())))
                .contains("binaryCrossEntropy() takes logits", "leave sigmoid() away")
                .hasLineCount(1);
        assertThat(errors(ending(Layers.softmax(), negativeLogLikelihood())))
                .contains("takes logarithms", "logSoftmax()")
                .hasLineCount(1);
        assertThat(errors(ending(Layers.relu(), softmaxCrossEntropy()))).isEmpty();
        assertThat(errors(ending(Layers.softmax(), meanSquaredError()))).isEmpty();
    }
}
