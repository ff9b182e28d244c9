package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.option.Option;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The numbers of a step keep their type, and a history writes whatever they are. */
class StepNumbersTest {
    private static final Dataset DATA =
            Dataset.of(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}}, new int[] {0, 1, 0, 0});

    /** Reports of the examples that are taken for the right class whatever is made of them. */
    private static Training counting(UnaryOperator<Tensor> count) {
        Model model =
                Model.model(Input.input(2), dense(2).bias(false))
                        .withWeights(
                                Map.of(
                                        "dense_1/weight",
                                        NDArray.of(new float[] {1, 0, 0, 1}, 2, 2)));
        return Training.training(model)
                .step((traced, batch) -> {
                    Tensor logits = traced.predict(batch.x());
                    Tensor loss = softmaxCrossEntropy().of(logits, batch.y());
                    traced.update(Gradients.gradients(loss, traced), Optimizers.sgd(0));
                    Tensor right = logits.argmax(-1).equal(batch.y());
                    return StepOutputs.of(Metrics.loss(), loss)
                            .with(Metrics.scalar("count"), count.apply(right));
                })
                .batch(4);
    }

    private static List<Double> told(UnaryOperator<Tensor> count) {
        try (Trainer trainer = counting(count).compile(Engine.cpu())) {
            double evaluated = trainer.evaluate(DATA).value(Metrics.scalar("count"));
            double trained = trainer.fit(DATA, Option.epochs(1)).last(Metrics.scalar("count"));
            return List.of(evaluated, trained);
        }
    }

    @Test
    void aCountOfAnyTypeIsTheCount() {
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT16, DType.INT32)) {
            assertThat(told(right -> right.cast(type).sum())).as(type.mil()).containsOnly(3.0);
        }
        assertThat(told(right -> right.cast(DType.INT32).max().cast(DType.BOOL))).containsOnly(1.0);
    }

    @Test
    void aLargeWholeNumberIsNoNumberThatIsNotFinite() {
        assertThat(told(right -> right.cast(DType.INT32).sum().mul(0).add(2_140_000_000)))
                .containsOnly(2_140_000_000.0);
    }

    @Test
    void wholeNumbersHaveNoMean() {
        assertThatThrownBy(() -> told(right -> right.cast(DType.INT32).mean()))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("int32 would be cut to a whole number")
                .hasMessageContaining("fix: cast(DType.FLOAT32) first");
        assertThat(told(right -> right.cast(DType.FLOAT32).mean())).containsOnly(0.75);
    }

    @Test
    void aHistoryQuotesNamesAndWritesWhatIsNotFinite() {
        var values = Map.of("error, \"squared\"", Double.POSITIVE_INFINITY);
        var history =
                new History(List.of(new History.Epoch(1, 4, Results.of(values), Results.none())));
        assertThat(history.toCsv())
                .isEqualTo("epoch,step,\"error, \"\"squared\"\"\"\n1,4,Infinity\n");
        assertThat(history.toJsonLines())
                .isEqualTo("{\"epoch\":1,\"step\":4,\"error, \\\"squared\\\"\":null}\n");
    }
}
