package propane.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.step.Gradients.gradients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.metric.Metrics;
import propane.tensor.DType;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** [n, 1] with [n] is [n, n]: no operation of several operands does that in silence. */
class BatchBroadcastsTest {
    private static final int BATCH = 4;

    /** Operations on outputs [n, 1] and targets [n]. */
    private static Map<String, BinaryOperator<Tensor>> operations() {
        var all = new LinkedHashMap<String, BinaryOperator<Tensor>>();
        all.put("add", Tensor::add);
        all.put("mul", Tensor::mul);
        all.put("real_div", Tensor::div);
        all.put("maximum", Tensor::maximum);
        all.put("minimum", Tensor::minimum);
        all.put("pow", (p, t) -> p.abs().add(1).pow(t));
        all.put("greater", (p, t) -> p.greater(t).where(p, p.neg()));
        all.put("equal", (p, t) -> p.equal(t).where(p, p.neg()));
        all.put("logical_and", (p, t) -> p.greater(0).and(t.greater(0)).where(p, p.neg()));
        all.put("select cond", (p, t) -> t.greater(0).where(p, p.neg()));
        all.put("select a", (p, t) -> p.greater(0).where(t, Tensor.constant(0)));
        all.put("select b", (p, t) -> p.greater(0).where(Tensor.constant(0), t));
        all.put("select a, b", (p, t) -> Tensor.constant(1).greater(0).where(p, t));
        return all;
    }

    static Stream<String> names() {
        return operations().keySet().stream();
    }

    private static Training training(BinaryOperator<Tensor> operation, int... target) {
        Step step =
                (model, batch) -> {
                    Tensor p = model.predict(batch.x());
                    Tensor l = operation.apply(p, batch.y()).mean().add(p.square().mean());
                    model.update(gradients(l, model), sgd(0.1));
                    return StepOutputs.of(Metrics.loss(), l);
                };
        return Training.training(model(Input.input(2), dense(1)))
                .step(step)
                .targets(Input.input("target", target))
                .batch(BATCH);
    }

    @ParameterizedTest
    @MethodSource("names")
    void noneMeetsEveryExampleWithEveryOtherInSilence(String name) {
        var operation = operations().get(name);
        assertThatThrownBy(() -> training(operation).compile(Engine.cpu()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(name.split(" ")[0] + ": [")
                .hasMessageContaining("every example with every other, [" + BATCH + ", " + BATCH)
                .hasMessageContaining("\n    at ")
                .hasMessageContaining("write [n, 1] with [1, n]");
        assertThatThrownBy(() -> training((p, t) -> operation.apply(t, p)).compile(Engine.cpu()))
                .hasMessageContaining("every example with every other, ");
        // Said in so many words, and of one shape.
        BinaryOperator<Tensor> pairs = (p, t) -> operation.apply(p, t.reshape(1, -1));
        assertThatCode(() -> training(pairs).compile(Engine.cpu()).close())
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        training((p, t) -> operation.apply(p.reshape(-1), t))
                                .compile(Engine.cpu())
                                .close())
                .doesNotThrowAnyException();
        assertThatCode(() -> training(operation, 1).compile(Engine.cpu()).close())
                .doesNotThrowAnyException();
    }

    @Test
    void operandsAreCalledAsTheOperationCallsThem() {
        BinaryOperator<Tensor> chosen = (p, t) -> t.greater(0).where(p, p.neg());
        assertThatThrownBy(() -> training(chosen).compile(Engine.cpu()))
                .hasMessageContaining("select: [4] with [4, 1]")
                .hasMessageContaining("\n    cond     ")
                .hasMessageContaining("\n    a        ");
    }

    /** Of products of matrices the axes before those broadcast. */
    @Test
    void matricesOfExamplesMeetThoseOfTheSameExamples() {
        BinaryOperator<Tensor> product =
                (p, t) -> p.reshape(-1, 1, 1, 1).matmul(t.reshape(-1, 1, 1));
        assertThatThrownBy(() -> training(product).compile(Engine.cpu()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("matmul: [4, 1, 1, 1] with [4, 1, 1] meets every example");
        BinaryOperator<Tensor> each = (p, t) -> p.reshape(-1, 1, 1).matmul(t.reshape(-1, 1, 1));
        assertThatCode(() -> training(each).compile(Engine.cpu()).close())
                .doesNotThrowAnyException();
    }

    /** A mask of keys [n, keys] is not one of queries and keys. */
    @Test
    void aMaskOfExamplesIsNotOneOfPlaces() {
        BinaryOperator<Tensor> masked =
                (p, t) -> {
                    Tensor scores = p.reshape(-1, 1, 1, 1).mul(t.reshape(-1, 1, 1, 3));
                    return t.greater(0).where(scores, scores.cast(DType.FLOAT32).neg());
                };
        assertThatThrownBy(() -> training(masked, 3).compile(Engine.cpu()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("select: [4, 3] with [4, 1, 1, 3]");
    }
}
