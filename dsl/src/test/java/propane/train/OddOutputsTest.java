package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.train.option.ExportOption;
import propane.train.option.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Inputs that no output needs, and outputs that are no row of numbers for each example. */
class OddOutputsTest {
    private static final NDArray ROWS =
            NDArray.of(new float[][] {{0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 1}});

    @TempDir private Path folder;

    private static Training training(Model model) {
        return Training.training(model)
                .loss("y", Losses.meanSquaredError())
                .optimizer(Optimizers.sgd(0.1))
                .batch(3);
    }

    private static Model model(Function<Tensor, Tensor> second) {
        return Model.model(
                List.of(Input.input("x", 2)),
                (scope, in) -> {
                    Tensor y = scope.apply(Layers.dense(2), in.at("x"));
                    return Tensors.tensors("y", y).and("z", second.apply(in.at("x")));
                });
    }

    @Test
    void anInputThatNoOutputNeedsIsLeftAlone() {
        Model model =
                Model.model(
                        List.of(Input.input("x", 2), Input.tokens("idle", 3)),
                        (scope, in) ->
                                Tensors.tensors("y", scope.apply(Layers.dense(2), in.at("x"))));
        Map<String, NDArray> given = Map.of("x", ROWS, "idle", NDArray.of(new int[15], 5, 3));
        NDArray target = NDArray.of(new float[10], 5, 2);
        try (Trainer trainer = training(model).ema(0.9).compile(Engine.cpu())) {
            trainer.fit(Dataset.of(given, Map.of("target", target)));
            assertThat(trainer.predict(given).get("y").shape().dims()).containsExactly(5, 2);
            assertThat(trainer.predict(given, Option.useEma())).containsKey("y");
            var exported = trainer.export(folder.resolve("a.mlpackage"));
            assertThat(exported.precision()).isEqualTo(DType.FLOAT16);
            trainer.export(folder.resolve("b.mlpackage"), ExportOption.float32());
            var main = CoreMl.read(folder.resolve("b.mlpackage")).functions().getFirst();
            assertThat(main.inputs()).extracting(Port::name).containsExactly("x");
            trainer.exportTraining(folder.resolve("ATraining.mlpackage"));
        }
    }

    @Test
    void anOutputWithoutARowForEachExampleIsAnErrorHoweverManyThereAre() {
        refuses(model(_ -> Tensor.constant(3)));
        refuses(model(x -> x.mean(0)));
        refuses(model(x -> x.mean(1).sum(0)));
    }

    private void refuses(Model model) {
        Map<String, NDArray> two = Map.of("x", NDArray.of(new float[][] {{0, 1}, {1, 0}}));
        try (Trainer trainer = training(model).compile(Engine.cpu())) {
            for (var given : List.of(two, Map.of("x", ROWS))) {
                assertThatThrownBy(() -> trainer.predict(given))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("the first axis of an output counts the examples; z")
                        .hasMessageContaining("fix:");
            }
            Path file = folder.resolve("c.mlpackage");
            assertThatThrownBy(() -> trainer.export(file)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> trainer.export(file, ExportOption.float32()))
                    .isInstanceOf(ShapeException.class);
            assertThat(file).doesNotExist();
        }
    }
}
