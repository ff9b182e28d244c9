package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.loss;
import static propane.train.option.Option.callback;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Scope;
import propane.nn.optimizer.Optimizers;
import propane.spi.op.Operation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.option.Precision;
import propane.train.port.LossScale;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;

import java.util.ArrayList;

class MixedPrecisionTest {
    private static Model model() {
        return Model.model(
                Input.input(1, 8, 8), sequential(flatten(), dense(32), relu(), dense(10)));
    }

    private static Training training(Precision precision) {
        return Training.training(model())
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.adam(3e-3))
                .metrics(accuracy())
                .batch(50)
                .seed(3)
                .precision(precision);
    }

    /** The same, with gradients a millionth as large, which Adam's steps do not depend on. */
    private static Training faint(Precision precision) {
        var adam = Optimizers.adam(3e-3).epsilon(1e-16);
        return Training.training(model())
                .step((traced, batch) -> {
                    var prediction = traced.predict(batch.x());
                    var loss = softmaxCrossEntropy().of(prediction, batch.y());
                    traced.update(Gradients.gradients(loss.mul(1e-6), traced), adam);
                    return StepOutputs.of(loss(), loss);
                })
                .batch(50)
                .seed(3)
                .precision(precision);
    }

    private static void scale(Trainer trainer, double scale) {
        NDArray value = NDArray.of(new float[] {(float) scale});
        trainer.programs().state().write(LossScale.SCALE.name(), value);
    }

    private static double scale(Trainer trainer) {
        return trainer.programs().state().read(LossScale.SCALE.name()).at(0);
    }

    @Test
    void productsAreOfFloat16AndAllElseOfFloat32() {
        try (Trainer trainer = training(Precision.MIXED_FLOAT16).compile(Engine.cpu())) {
            var step = trainer.programs().training(50).compiled().source().function("train");
            for (Operation operation : step.operations()) {
                boolean half = operation.results().getFirst().dtype() == DType.FLOAT16;
                boolean multiplies = operation.op() instanceof propane.spi.op.Linear.Matmul;
                boolean casts = operation.op() instanceof propane.spi.op.ElementwiseUnary.Cast;
                assertThat(half).as(operation.toString()).isEqualTo(multiplies || half && casts);
            }
            assertThat(step.inputs()).noneMatch(port -> port.type().dtype() == DType.FLOAT16);
        }
    }

    @Test
    void endsWhereFloat32Ends() {
        double[] found = new double[2];
        for (Precision precision : Precision.values()) {
            try (Trainer trainer = training(precision).compile(Engine.cpu())) {
                trainer.fit(Digits.ALL.take(1000), epochs(6));
                var rest = Digits.ALL.splitAt(1500).test();
                found[precision.ordinal()] = trainer.evaluate(rest).value(accuracy());
            }
        }
        assertThat(found[0]).isGreaterThan(0.85);
        assertThat(found[1]).isGreaterThan(found[0] - 0.01);
    }

    @Test
    void faintGradientsTrainOnlyWithAScale() {
        var data = Digits.ALL.take(500);
        try (Trainer scaled = faint(Precision.MIXED_FLOAT16).compile(Engine.cpu());
                Trainer plain = faint(Precision.MIXED_FLOAT16).compile(Engine.cpu())) {
            double first = scaled.evaluate(data).value(loss());
            scaled.fit(data, epochs(5));
            scale(plain, 1);
            plain.fit(data, epochs(5));
            assertThat(scaled.evaluate(data).value(loss())).isLessThan(0.6 * first);
            assertThat(plain.evaluate(data).value(loss())).isGreaterThan(0.95 * first);
        }
    }

    @Test
    void aStepWithGradientsTooLargeChangesOnlyTheScale() {
        var changes = new ArrayList<Event.LossScaleChanged>();
        try (Trainer trainer = training(Precision.MIXED_FLOAT16).compile(Engine.cpu())) {
            scale(trainer, 0x1p24);
            var before = trainer.weights();
            var batch = Digits.ALL.take(50);
            trainer.fit(batch, epochs(1));
            assertThat(trainer.weights().arrays()).isEqualTo(before.arrays());
            assertThat(scale(trainer)).isEqualTo(0x1p23);
            trainer.fit(
                    batch,
                    epochs(30),
                    callback(event -> {
                        if (event instanceof Event.LossScaleChanged change) {
                            changes.add(change);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
            assertThat(changes).isNotEmpty();
            assertThat(changes).allMatch(change -> change.to() == change.from() / 2);
            assertThat(scale(trainer)).isEqualTo(changes.getLast().to()).isGreaterThan(1);
            assertThat(changes).allMatch(Event.LossScaleChanged::isSkipped);
            assertThat(changes.getFirst().reason()).contains("gradient was not below 32,000");
            assertThat(trainer.weights().arrays()).isNotEqualTo(before.arrays());
        }
    }

    @Test
    void afterManyGoodStepsTheScaleDoubles() {
        try (Trainer trainer = training(Precision.MIXED_FLOAT16).compile(Engine.cpu())) {
            NDArray almost = NDArray.of(new float[] {LossScale.PATIENCE - 1});
            trainer.programs().state().write(LossScale.GOOD_STEPS.name(), almost);
            trainer.fit(Digits.ALL.take(50), epochs(1));
            assertThat(scale(trainer)).isEqualTo(2048);
            assertThat(trainer.programs().state().read(LossScale.GOOD_STEPS.name()).at(0)).isZero();
        }
    }

    @Test
    void gradientsTooLargeForAnyScaleAreAnError() {
        Training training =
                Training.training(model())
                        .step((traced, batch) -> {
                            var out = traced.predict(batch.x());
                            var loss = softmaxCrossEntropy().of(out, batch.y());
                            traced.update(
                                    Gradients.gradients(loss.mul(1e9), traced),
                                    Optimizers.sgd(1e-9));
                            return StepOutputs.of(loss(), loss);
                        })
                        .batch(50)
                        .precision(Precision.MIXED_FLOAT16);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.fit(Digits.ALL.take(50), epochs(30)))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining("gradients are too large for float16")
                    .hasMessageContaining("fix:");
        }
    }

    /** A layer that keeps the running mean square of what it is given. */
    private record MeanSquare() implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            Tensor kept = scope.buffer("square", Shape.shape(1), Initializers.zeros());
            scope.set(kept, kept.mul(0.9).add(x.square().mean().reshape(1).mul(0.1)));
            return x;
        }
    }

    @Test
    void statisticsBeyondFloat16MoveNothingAndAreAnError() {
        for (int accumulate : new int[] {1, 2}) {
            Training training =
                    Training.training(
                                    Model.model(
                                            Input.input(4),
                                            sequential(new MeanSquare(), tanh(), dense(2))))
                            .loss(softmaxCrossEntropy())
                            .optimizer(Optimizers.sgd(0.01))
                            .gradientAccumulation(accumulate)
                            .batch(2)
                            .precision(Precision.MIXED_FLOAT16);
            var large =
                    Dataset.of(
                            NDArray.full(TensorType.float32(Shape.shape(2, 4)), 300),
                            NDArray.of(new int[] {0, 1}, 2));
            try (Trainer trainer = training.compile(Engine.cpu())) {
                var before = trainer.weights();
                trainer.fit(large, epochs(1));
                assertThat(trainer.weights()).isEqualTo(before);
                assertThat(scale(trainer)).isEqualTo(512);
                assertThatThrownBy(() -> trainer.fit(large, epochs(30)))
                        .isInstanceOf(NumericException.class)
                        .hasMessageContaining("statistics of the batch or gradients are too large");
            }
        }
    }
}
