package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Model;
import propane.nn.optimizer.Optimizer;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.step.Examples;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.List;
import java.util.Map;

/** A step that predicts with other weights than the model's, and updates that follow each other. */
class OtherWeightsTest {
    private static final NDArray X = NDArray.of(new float[][] {{1, 2}, {3, 1}});
    private static final NDArray Y = NDArray.of(new float[][] {{1}, {2}});

    private static final Model LINE =
            model(input(2), dense(1).bias(false))
                    .withWeights(Map.of("dense_1/weight", NDArray.of(new float[] {1, -1}, 1, 2)));

    private static final Model NET = model(input(2), sequential(dense(5), tanh(), dense(1)));

    private static Weights stepped(Model of, Step step, int steps) {
        var training = training(of).step(step).targets(input("target", 1)).batch(2).seed(3);
        try (var trainer = training.compile(Engine.cpu())) {
            for (int i = 0; i < steps; i++) {
                trainer.step(Batch.of(X, Y));
            }
            return trainer.weights();
        }
    }

    private static Tensor mse(Tensor prediction, Examples batch) {
        return meanSquaredError().of(prediction, batch.y());
    }

    /** PyTorch in float64 gives 1.64721, −0.26459. */
    @Test
    void sharpnessAwareMinimization() {
        Step sam =
                (model, batch) -> {
                    var loss = mse(model.predict(batch.x()), batch);
                    var slopes = gradients(loss, model.weights());
                    var way =
                            slopes.times(Tensor.constant(0.5).div(slopes.globalNorm()))
                                    .stopGradient();
                    var worse = model.predict(batch.x(), model.weights().plus(way));
                    model.update(gradients(mse(worse, batch), model), sgd(0.1));
                    return StepOutputs.of(loss(), loss);
                };
        assertThat(stepped(LINE, sam, 1).at("dense_1/weight").floats())
                .containsExactly(new float[] {1.64721f, -0.26459f}, within(2e-5f));
    }

    /**
     * Of ½(w·x − y)² the inner step is w − a·x(w·x − y); its outcome is e·(1 − a·x²) with e = w·x −
     * y, whose slope is e·(1 − a·x²)²·x.
     */
    @Test
    void modelAgnosticMetaLearning() {
        double a = 0.1;
        Step maml =
                (model, batch) -> {
                    var weights = model.weights();
                    var inner = mse(model.predict(batch.x()), batch).mul(0.5);
                    var fast = weights.minus(gradients(inner, weights).times(a));
                    var outer = mse(model.predict(batch.x(), fast), batch).mul(0.5);
                    model.update(gradients(outer, model), sgd(1));
                    return StepOutputs.of(loss(), outer);
                };
        var line =
                model(input(1), dense(1).bias(false))
                        .withWeights(Map.of("dense_1/weight", NDArray.of(new float[] {1}, 1, 1)));
        var training = training(line).step(maml).targets(input("target", 1)).batch(1);
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.step(
                    Batch.of(NDArray.of(new float[][] {{2}}), NDArray.of(new float[][] {{0.5f}})));
            double e = 2 - 0.5;
            double expected = 1 - e * Math.pow(1 - a * 4, 2) * 2;
            assertThat(trainer.weights().at("dense_1/weight").at(0))
                    .isCloseTo(expected, within(1e-6));
        }
    }

    private enum Kind {
        SGD(sgd(0.05).momentum(0.9)),
        ADAM(adam(0.05)),
        AVERAGING(propane.nn.optimizer.Optimizers.nadam(0.05));

        private final Optimizer optimizer;

        Kind(Optimizer optimizer) {
            this.optimizer = optimizer;
        }
    }

    private static Step times(int count, Optimizer optimizer) {
        return (model, batch) -> {
            var now = model;
            for (int i = 0; i < count; i++) {
                now = now.update(gradients(mse(now.predict(batch.x()), batch), now), optimizer);
            }
            return StepOutputs.of(loss(), mse(model.predict(batch.x()), batch));
        };
    }

    /** An optimizer counts each update, whichever step it is in. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void fiveUpdatesInAStepAreFiveStepsOfOne(Kind kind) {
        var one = stepped(NET, times(1, kind.optimizer), 15);
        var five = stepped(NET, times(5, kind.optimizer), 3);
        for (String path : one.paths()) {
            assertThat(five.at(path).floats())
                    .as(path)
                    .containsExactly(one.at(path).floats(), within(2e-6f));
        }
    }

    /** Settings made anew in the loop are the same optimizer. */
    @Test
    void equalOptimizersAreOne() {
        Step anew =
                (model, batch) -> {
                    var now = model;
                    for (int i = 0; i < 5; i++) {
                        var l = mse(now.predict(batch.x()), batch);
                        now = now.update(gradients(l, now), adam(0.05));
                    }
                    return StepOutputs.of(loss(), mse(model.predict(batch.x()), batch));
                };
        assertThat(stepped(NET, anew, 3)).isEqualTo(stepped(NET, times(5, adam(0.05)), 3));
    }

    /** Five steps of a critic and one of a generator, by hand: a critic −c·g, g = a·z. */
    @Test
    void fiveStepsOfACriticForOneOfAGenerator() {
        var duel =
                model(
                                List.of(input("z", 1)),
                                (scope, in) -> {
                                    var made =
                                            scope.apply(
                                                    "generator", dense(1).bias(false), in.only());
                                    return tensors("made", made)
                                            .and(
                                                    "judged",
                                                    scope.apply(
                                                            "critic", dense(1).bias(false), made));
                                })
                        .withWeights(
                                Map.of(
                                        "generator/weight", NDArray.of(new float[] {2}, 1, 1),
                                        "critic/weight", NDArray.of(new float[] {1}, 1, 1)));
        Step step =
                (model, batch) -> {
                    var now = model;
                    for (int i = 0; i < 5; i++) {
                        var judged =
                                now.predict(batch.inputs()).at("judged").sub(1).square().mean();
                        now = now.update(gradients(judged, now.part("critic")), sgd(0.1));
                    }
                    var fooled = now.predict(batch.inputs()).at("judged").mean();
                    now.update(gradients(fooled, now.part("generator")), sgd(0.1));
                    return StepOutputs.of(loss(), fooled);
                };
        var training = training(duel).step(step).batch(1);
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.step(new Batch(Map.of("z", NDArray.of(new float[][] {{1}})), Map.of()));
            double c = 1;
            for (int i = 0; i < 5; i++) {
                c -= 0.1 * 2 * (c * 2 - 1) * 2;
            }
            assertThat(trainer.weights().at("critic/weight").at(0)).isCloseTo(c, within(1e-6));
            assertThat(trainer.weights().at("generator/weight").at(0))
                    .isCloseTo(2 - 0.1 * c, within(1e-6));
        }
    }

    @Test
    void fromTheSameValuesAWeightIsUpdatedOnce() {
        Step twice =
                (model, batch) -> {
                    var slopes = gradients(mse(model.predict(batch.x()), batch), model);
                    model.update(slopes, sgd(0.1));
                    model.update(slopes, sgd(0.1));
                    return StepOutputs.of(loss(), mse(model.predict(batch.x()), batch));
                };
        assertThatThrownBy(() -> stepped(LINE, twice, 1))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("dense_1/weight is updated twice in one step")
                .hasMessageContaining("go on with the model that update(…) returns");
    }

    @Test
    void otherWeightsAreOfTheTypeOfTheirOwn() {
        Step wrong =
                (model, batch) -> {
                    var one = Tensor.constant(1);
                    var l = model.predict(batch.x(), model.weights().with("dense_1/weight", one));
                    return StepOutputs.of(loss(), l.mean());
                };
        assertThatThrownBy(() -> stepped(LINE, wrong, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("with: a value must be of its weight's type, got fp32[]")
                .hasMessageContaining("dense_1/weight");
    }

    @Test
    void onlyANumberIsDifferentiatedByThem() {
        Step ofEach =
                (model, batch) -> {
                    var each = model.predict(batch.x()).square();
                    var slopes = gradients(each, model.weights());
                    return StepOutputs.of(loss(), slopes.globalNorm());
                };
        assertThatThrownBy(() -> stepped(LINE, ofEach, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("gradients: the value must be one number, got fp32[2, 1]");
    }

    /** A weight may be read ahead of the first prediction. */
    @Test
    void weightsAreKnownBeforeAnythingIsPredicted() {
        Step early =
                (model, batch) -> {
                    var w = model.weight("dense_1/weight");
                    var l = mse(model.predict(batch.x()), batch).add(w.square().sum().mul(0.01));
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l);
                };
        Step late =
                (model, batch) -> {
                    var fit = mse(model.predict(batch.x()), batch);
                    var w = model.weight("dense_1/weight");
                    var l = fit.add(w.square().sum().mul(0.01));
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(loss(), l);
                };
        assertThat(stepped(LINE, early, 3)).isEqualTo(stepped(LINE, late, 3));
    }
}
