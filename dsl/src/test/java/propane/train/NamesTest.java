package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.metric.Metrics.scalar;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.coreml.CoreMl;
import propane.coreml.read.PackageReader;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.result.Results;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Names that users give, which others have already: they mean two things, or are refused. */
class NamesTest {
    private static final NDArray ROWS = NDArray.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
    private static final NDArray NUMBERS = NDArray.of(new float[] {1, 2, 3}, 3, 1);

    @TempDir private Path folder;

    private static Model of(String input, String output) {
        return Model.model(
                List.of(Input.input(input, 2)),
                (scope, in) -> tensors(output, scope.apply("layer", dense(1), in.only())));
    }

    private static Training of(Model model) {
        return training(model)
                .loss(model.outputs().getFirst(), meanSquaredError())
                .optimizer(adam(0.1))
                .metrics(Metrics.mae())
                .batch(2)
                .seed(1);
    }

    /** An input may be called as an output, a metric or the loss is; results are the same. */
    @ParameterizedTest
    @ValueSource(strings = {"output", "loss", "mae", "max_gradient", "fp16"})
    void anInputMayHaveTheNameOfAResult(String name) {
        Results[] results = new Results[2];
        NDArray[] outputs = new NDArray[2];
        for (int i = 0; i < 2; i++) {
            Model model = i == 0 ? of("x", "y") : of(name, name);
            var data = Dataset.of(ROWS, NUMBERS);
            try (Trainer trainer = of(model).compile(Engine.cpu())) {
                trainer.fit(data, Option.epochs(3));
                results[i] = trainer.evaluate(data);
                outputs[i] = trainer.predict(ROWS);
                trainer.export(folder.resolve("Named.mlpackage"));
                trainer.exportTraining(folder.resolve("NamedTraining.mlpackage"));
                CoreMl.read(folder.resolve("NamedTraining.mlpackage"));
                var ports =
                        PackageReader.ports(folder.resolve("Named.mlpackage"))
                                .functions()
                                .getFirst();
                assertThat(ports.inputs().getFirst().name())
                        .isNotEqualTo(ports.outputs().getFirst().name());
            }
        }
        assertThat(results[1]).isEqualTo(results[0]);
        assertThat(outputs[1]).isEqualTo(outputs[0]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"step", "updates", "seed", "loss_scale", "good_steps", "adam/learning_rate"})
    void anInputMayNotHaveTheNameOfState(String name) {
        refused(of(of(name, "y")), "the name of ", name + " is taken, by ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"half/x", "gradient/x", "random/x", "rows/x", "average/x"})
    void namesOfPortsThatAreMadeOfOthersAreRefused(String name) {
        refused(of(of(name, "y")), "the input " + name + " is taken, as are all that begin");
        refused(of(of("x", name)), "the output " + name);
        refused(of(of("x", "y")).metrics(new Named(name)), "the metric " + name);
    }

    @Test
    void aLayerNamedAsLoweredPortsBeginIsRefused() {
        Model model = Model.model(Input.input(2), named("half", dense(1)));
        refused(of(model), "the weight half/weight", "begin with half/");
    }

    @Test
    void aWeightMayNotHaveTheNameOfAnExample() {
        assertThatThrownBy(() -> weighed("w"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("model: an input and a weight are named w")
                .hasMessageContaining("fix: ");
        refused(
                of(weighed("x")).sampleWeight("w"),
                "the target w is taken, by the weight of that name");
    }

    /** A model whose weight has no layer above it. */
    private static Model weighed(String input) {
        return Model.model(
                List.of(Input.input(input, 2)),
                (scope, in) -> {
                    var w = scope.weight("w", Shape.shape(2, 1), Initializers.zeros());
                    return tensors("y", in.only().matmul(w));
                });
    }

    /** A target has the name of its output; the input of an autoencoder may have it, too. */
    @Test
    void aTargetMayNotHaveTheNameOfAnInput() {
        Model model =
                Model.model(
                        List.of(Input.input("image", 2)),
                        (scope, in) ->
                                tensors("image", scope.apply("a", dense(2), in.only()))
                                        .and("code", scope.apply("b", dense(1), in.only())));
        refused(of(model), "the target image is taken, by the input of that name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"step", "layer/weight", "adam/m/layer/weight", "max_gradient"})
    void aMetricMayNotHaveTheNameOfState(String name) {
        refused(of(of("x", "y")).metrics(new Named(name)), "the metric " + name);
        Step step =
                (model, batch) -> {
                    var loss = meanSquaredError().of(model.predict(batch.x()), batch.y());
                    model.update(Gradients.gradients(loss, model), adam(0.1));
                    return StepOutputs.of(scalar(name), loss);
                };
        refused(
                training(of("x", "y")).targets(Input.input("target", 1)).step(step),
                "the metric " + name);
    }

    @Test
    void examplesOfSeveralNamesReachTheirPorts() {
        Model model = of("mae", "loss");
        var data = Dataset.of(Map.of("mae", ROWS), Map.of("target", NUMBERS));
        try (Trainer trainer = of(model).compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            assertThat(trainer.predict(Map.of("mae", ROWS))).containsOnlyKeys("loss");
        }
    }

    private static void refused(Training training, String... texts) {
        assertThatThrownBy(() -> training.compile(Engine.cpu()))
                .isInstanceOf(UnknownNameException.class)
                .message()
                .contains(texts)
                .contains("\n    fix: ");
    }

    /** A metric of one's own. */
    private record Named(String name) implements Metric.PerExample {
        @Override
        public propane.tensor.Tensor each(
                propane.tensor.Tensor prediction, propane.tensor.Tensor target) {
            return prediction.sub(target).abs().reshape(prediction.dim(0));
        }
    }
}
