package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.adamW;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.nn.schedule.Schedules.cosineDecay;
import static propane.nn.schedule.Schedules.stepDecay;
import static propane.train.Training.training;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Weight;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

/**
 * Training loops that public reports tell went wrong elsewhere, with the numbers of PyTorch in
 * float64, or worked out by hand.
 */
class ReportedLoopsTest {
    private static Weights fitted(Training training, Dataset data, int epochs) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(epochs), inOrder());
            return trainer.weights();
        }
    }

    /** huggingface/transformers 24725: the mean of means, where halves hold unequal labels. */
    @ParameterizedTest
    @CsvSource({"4, 1", "2, 2", "1, 4", "3, 2"})
    void accumulatedBatchesWithIgnoredLabels(int batch, int accumulate) {
        var data =
                Dataset.of(new float[][] {{1, 0}, {0, 1}, {1, 2}, {2, 1}}, new int[] {0, -1, 0, 1});
        var training =
                training(
                                model(
                                        input(2),
                                        dense(2).bias(false)
                                                .initializer(Initializers.constant(0.1))))
                        .loss(softmaxCrossEntropy().ignoreIndex(-1))
                        .optimizer(sgd(1))
                        .batch(batch)
                        .gradientAccumulation(accumulate);
        assertThat(fitted(training, data, 1).at("dense_1/weight").floats())
                .containsExactly(new float[] {0.1f, 0.26667f, 0.1f, -0.06667f}, within(1e-5f));
    }

    /** huggingface/transformers 41898: a last batch of one example counts as one example. */
    @ParameterizedTest
    @CsvSource({"3, 1", "2, 2", "1, 3", "2, 4", "1, 7"})
    void accumulatedBatchesTheLastOneSmaller(int batch, int accumulate) {
        var data = Dataset.of(new float[][] {{1}, {2}, {4}}, new float[][] {{1}, {0}, {3}});
        var training =
                training(
                                model(
                                        input(1),
                                        dense(1).bias(false).initializer(Initializers.constant(0))))
                        .loss(meanSquaredError())
                        .optimizer(sgd(0.1))
                        .batch(batch)
                        .gradientAccumulation(accumulate);
        assertThat(fitted(training, data, 1).at("dense_1/weight").at(0))
                .isCloseTo(0.1 * 2 * (1 + 0 + 12) / 3, within(1e-6));
    }

    /** huggingface/accelerate 963: a schedule counts updates, not batches. */
    @Test
    void aScheduleUnderAccumulation() {
        Step own =
                (model, batch) -> {
                    var l = model.predict(batch.x()).sum();
                    model.update(gradients(l, model), sgd(stepDecay(1, 0.1, 1)));
                    return StepOutputs.of(loss(), l);
                };
        var training =
                training(
                                model(
                                        input(1),
                                        dense(1).bias(false).initializer(Initializers.constant(0))))
                        .step(own)
                        .batch(1)
                        .gradientAccumulation(2);
        try (var trainer = training.compile(Engine.cpu())) {
            double[] expected = {0, -1, -1, -1.1};
            for (int i = 0; i < 4; i++) {
                trainer.step(Batch.of(NDArray.of(new float[][] {{1}}), NDArray.of(new int[] {0})));
                assertThat(trainer.weights().at("dense_1/weight").at(0))
                        .isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    /** OverLordGoldDragon/keras-adamw 2: clipping, cosine with warm-up, decay, class weights. */
    @Test
    void adamWithDecayClippingAndWarmUp() {
        var data =
                Dataset.of(
                        new float[][] {{1, 2}, {-1, 0.5f}, {3, 1}, {0, -2}},
                        new int[] {0, 1, 1, 0});
        var training =
                training(model(input(2), dense(2).initializer(Initializers.constant(0.3))))
                        .loss(softmaxCrossEntropy().labelSmoothing(0.1).classWeights(1, 3))
                        .optimizer(adamW(cosineDecay(0.1, 8).warmup(2)).weightDecay(0.1))
                        .clipGradNorm(0.2)
                        .batch(2);
        Weights found = fitted(training, data, 4);
        assertThat(found.at("dense_1/weight").floats())
                .containsExactly(new float[] {0.3270f, 0.1681f, 0.2551f, 0.4140f}, within(1e-4f));
        assertThat(found.at("dense_1/bias").floats())
                .containsExactly(new float[] {-0.2716f, 0.2716f}, within(1e-4f));
    }

    /** An optimizer that updates at every so many steps. */
    private record Every(int steps, Optimizer inner) implements Optimizer {
        @Override
        public Schedule learningRate() {
            return inner.learningRate();
        }

        @Override
        public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
            var due = slots.step().mod(steps).less(0.5);
            Slots held =
                    new Slots() {
                        @Override
                        public Weight weight() {
                            return slots.weight();
                        }

                        @Override
                        public Tensor slot(String name) {
                            return slots.slot(name);
                        }

                        @Override
                        public Tensor slot(String name, Shape shape, Initializer initializer) {
                            return slots.slot(name, shape, initializer);
                        }

                        @Override
                        public void set(Tensor slot, Tensor value) {
                            slots.set(slot, due.where(value, slot));
                        }

                        @Override
                        public Tensor learningRate() {
                            return slots.learningRate();
                        }

                        @Override
                        public Tensor scheduled(String name, Schedule by, double below) {
                            return slots.scheduled(name, by, below);
                        }

                        @Override
                        public Tensor step() {
                            return slots.step();
                        }
                    };
            return due.where(inner.update(held, gradient, weight), Tensor.zeros(weight.type()));
        }
    }

    /** pytorch/ignite 3189: one part updated at every step, the other at every second. */
    @Test
    void onePartUpdatedAtEverySecondStep() {
        var slow = new Every(2, sgd(0.1).momentum(0.9));
        Step duel =
                (model, batch) -> {
                    var l = model.predict(batch.x()).square().mean();
                    model.update(gradients(l, model.part("a")), sgd(0.1).momentum(0.9));
                    model.update(gradients(l, model.part("b")), slow);
                    return StepOutputs.of(loss(), l);
                };
        var parts =
                model(
                        input(1),
                        sequential(
                                named(
                                        "a",
                                        dense(1).bias(false).initializer(Initializers.constant(1))),
                                named(
                                        "b",
                                        dense(1).bias(false)
                                                .initializer(Initializers.constant(2)))));
        try (var trainer = training(parts).step(duel).batch(1).compile(Engine.cpu())) {
            double[] a = {0.8, 0.46, 0.0678, -0.2979, -0.5745};
            double[] b = {2, 1.936, 1.936, 1.878, 1.878};
            for (int i = 0; i < 5; i++) {
                trainer.step(
                        Batch.of(NDArray.of(new float[][] {{0.5f}}), NDArray.of(new int[] {0})));
                assertThat(trainer.weights().at("a/weight").at(0)).isCloseTo(a[i], within(1e-3));
                assertThat(trainer.weights().at("b/weight").at(0)).isCloseTo(b[i], within(1e-3));
            }
        }
    }
}
