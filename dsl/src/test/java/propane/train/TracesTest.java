package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.WeightFilters.under;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.adamW;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.validationData;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Layer;
import propane.nn.Model;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** How often a model is traced, what is kept of it, and what of it no loss reaches. */
class TracesTest {
    private static final Dataset DATA =
            Dataset.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}, new int[] {0, 1, 1});

    private final AtomicInteger traces = new AtomicInteger();

    private Model counted() {
        Layer counting =
                (scope, x) -> {
                    traces.incrementAndGet();
                    return x;
                };
        return model(input(2), sequential(counting, named("body", dense(4)), relu(), dense(2)));
    }

    /** Whole batches and the one that is left, each as it trains and as it predicts. */
    @Test
    void aModelIsTracedOnceForEachSizeAndMode(@TempDir Path folder) {
        Model model = counted();
        assertThat(traces).hasValue(1);
        Model part = model.freeze(under("body")).unfreeze(under("body"));
        assertThat(part.summary()).contains("trainable");
        assertThat(traces).as("freezing and a summary").hasValue(1);
        var training =
                training(part)
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(0.1))
                        .metrics(accuracy())
                        .batch(2);
        try (var trainer = training.compile(Engine.cpu())) {
            assertThat(traces).as("compiled").hasValue(2);
            trainer.fit(DATA, epochs(2), validationData(DATA));
            trainer.evaluate(DATA);
            trainer.predict(NDArray.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}));
            // Whether an output has a row an example shows with a batch of a third size.
            assertThat(traces).as("trained").hasValueLessThanOrEqualTo(6);
            trainer.export(folder.resolve("A.mlpackage"));
            trainer.exportTraining(folder.resolve("ATraining.mlpackage"));
            assertThat(traces).as("exported").hasValueLessThanOrEqualTo(11);
        }
    }

    @Test
    void programsOfManySizesAreNotKept() {
        var training =
                training(counted()).loss(softmaxCrossEntropy()).optimizer(adam(0.1)).batch(64);
        try (var trainer = training.compile(Engine.cpu())) {
            float[][] x = new float[60][2];
            for (int count = 1; count <= 60; count++) {
                NDArray rows = NDArray.of(x).slice(0, count);
                assertThat(trainer.predict(rows).shape().dim(0)).isEqualTo(count);
                var data = Dataset.of(rows, NDArray.of(new int[count]));
                trainer.fit(data, epochs(1));
                assertThat(trainer.evaluate(data).values()).containsKey("loss");
            }
            assertThat(trainer.programs().kept()).isLessThanOrEqualTo(9);
            // Those that are gone are made anew.
            assertThat(trainer.predict(NDArray.of(x).slice(0, 1)).shape().dim(0)).isOne();
        }
    }

    private static Model twoHeads() {
        return model(
                List.of(input(2)),
                (scope, in) -> {
                    var h = scope.apply(named("body", dense(2)), in.only());
                    return tensors("a", scope.apply(named("a", dense(1)), h))
                            .and("b", scope.apply(named("b", dense(1)), h));
                });
    }

    private static String said(Runnable body) {
        PrintStream before = System.err;
        var bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatNoLossReachesKeepsItsValueAndIsNamedOnce() {
        var training =
                training(twoHeads())
                        .loss("a", meanSquaredError())
                        .optimizer(adamW(0.1).weightDecay(0.5))
                        .batch(1)
                        .seed(1);
        String said =
                said(() -> {
                    try (var trainer = training.compile(Engine.cpu())) {
                        var before = trainer.weights();
                        var data =
                                Dataset.of(
                                        Map.of("input", NDArray.of(new float[][] {{1, 2}})),
                                        Map.of("a", NDArray.of(new float[][] {{1}})));
                        trainer.fit(data, epochs(10));
                        var after = trainer.weights();
                        assertThat(after.at("b/weight")).isEqualTo(before.at("b/weight"));
                        assertThat(after.at("b/bias")).isEqualTo(before.at("b/bias"));
                        assertThat(after.at("a/weight")).isNotEqualTo(before.at("a/weight"));
                    }
                });
        assertThat(said)
                .containsOnlyOnce("warning: no loss depends on b/weight, b/bias; they keep their");
    }

    @Test
    void aLossOfNoWeightIsAnError() {
        Step own =
                (model, batch) -> {
                    var loss = model.predict(batch.x()).stopGradient().mean();
                    model.update(Gradients.gradients(loss, model), sgd(0.1));
                    return StepOutputs.of(propane.nn.metric.Metrics.loss(), loss);
                };
        assertThatThrownBy(() -> training(counted()).step(own).compile(Engine.cpu()))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(
                        "gradients: the loss depends on none of the trainable weights")
                .hasMessageContaining("body/weight")
                .hasMessageContaining("fix:");
    }
}
