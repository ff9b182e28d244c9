package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;

/** What users write into a training, and the batches they make by hand. */
class UsersCodeTest {
    private static final Input TWO = Input.input(2);
    private static final Training CLASSES =
            Training.training(model(TWO, dense(4)))
                    .loss(softmaxCrossEntropy())
                    .optimizer(sgd(0.1))
                    .batch(2);

    private static void refused(Runnable body, String text) {
        assertThatThrownBy(body::run)
                .isExactlyInstanceOf(PropaneException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("\n    fix: ");
    }

    @Test
    void whatReturnsNullIsNamed() {
        Layer nothing = (_, _) -> null;
        refused(() -> model(TWO, nothing), "the layer layer_1 returned null");
        refused(() -> model(TWO, sequential(dense(2), (s, x) -> null)), "the layer layer_1");
        refused(() -> model(java.util.List.of(TWO), (_, _) -> null), "the model returned null");
        Training empty = Training.training(model(TWO, dense(4)));
        refused(() -> empty.step((_, _) -> null).compile(Engine.cpu()), "the step returned null");
        refused(() -> CLASSES.loss((_, _) -> null).compile(Engine.cpu()), "the loss returned null");
        refused(
                () -> CLASSES.transformGradients(_ -> null).compile(Engine.cpu()),
                "a change of gradients returned null");
        refused(
                () -> {
                    Layer layer =
                            (scope, x) ->
                                    x.mul(
                                            scope.weight(
                                                    "gain", x.shape().tail(), (_, _, _) -> null));
                    CLASSES.compile(Engine.cpu()).close();
                    Training.training(model(TWO, layer))
                            .loss(softmaxCrossEntropy())
                            .optimizer(sgd(0.1))
                            .compile(Engine.cpu());
                },
                "the initializer of layer_1/gain returned null");
    }

    /** A layer that applies itself, by the scope or without it. */
    private record Endless(boolean byScope) implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            return byScope ? scope.apply(this, x) : apply(scope, x);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLayerThatAppliesItselfIsAnError(boolean byScope) {
        refused(() -> model(TWO, new Endless(byScope)), "calls itself without end");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, -1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aBatchMadeByHandHasLabelsThatAreClasses(int label) {
        try (Trainer trainer = CLASSES.compile(Engine.cpu())) {
            Weights before = trainer.weights();
            var x = NDArray.of(new float[4], 2, 2);
            assertThatThrownBy(() -> trainer.step(Batch.of(x, NDArray.of(new int[] {0, label}))))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("example 1: the target is " + label);
            assertThat(trainer.weights()).isEqualTo(before);
            assertThat(trainer.steps()).isZero();
        }
    }

    @Test
    void aBatchMadeByHandHasTokensThatHaveVectorsAndFiniteNumbers() {
        var words = model(Input.tokens(2), sequential(embedding(5, 2), flatten(), dense(4)));
        var y = NDArray.of(new int[] {0, 1});
        Training training =
                Training.training(words).loss(softmaxCrossEntropy()).optimizer(sgd(0.1)).batch(2);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            var x = NDArray.of(new int[] {0, 4, 5, 1}, 2, 2);
            assertThatThrownBy(() -> trainer.step(Batch.of(x, y)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("holds the token number 5");
        }
        try (Trainer trainer = CLASSES.compile(Engine.cpu())) {
            var x = NDArray.of(new float[] {0, 1, Float.NaN, 2}, 2, 2);
            assertThatThrownBy(() -> trainer.step(Batch.of(x, y)))
                    .isInstanceOf(DataException.class);
        }
    }
}
