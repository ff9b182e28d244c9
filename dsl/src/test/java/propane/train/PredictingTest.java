package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.logSoftmax;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.sigmoid;
import static propane.nn.layer.Layers.softmax;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.hinge;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.negativeLogLikelihood;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializer;
import propane.nn.Layer;
import propane.nn.Tensors;
import propane.nn.loss.Loss;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Classes, probabilities and predictions of what examples are at hand in. */
class PredictingTest {
    private static final float[][] X = {{0, 1, 3}, {5, 2, 5}};

    /** Outputs are the inputs, through some layer. */
    private static void with(Loss loss, Layer last, int width, Consumer<Predicting> test) {
        Initializer identity =
                (shape, _, _) -> {
                    float[] values = new float[shape.size()];
                    for (int i = 0; i < values.length; i += shape.dim(-1) + 1) {
                        values[i] = 1;
                    }
                    return values;
                };
        var same = dense(width).bias(false).initializer(identity);
        var training =
                Training.training(model(input(width), sequential(same, last)))
                        .loss(loss)
                        .optimizer(sgd(0.1))
                        .batch(2);
        try (var trainer = training.compile(Engine.cpu());
                var predictor = trainer.predictor()) {
            test.accept(trainer);
            test.accept(predictor);
        }
    }

    private static final Layer NOTHING = (_, x) -> x;

    @Test
    void rowsAndDatasetsArePredictedAsArraysAre() {
        with(
                softmaxCrossEntropy(),
                NOTHING,
                3,
                each -> {
                    NDArray expected = each.predict(NDArray.of(X));
                    assertThat(expected).isEqualTo(NDArray.of(X));
                    assertThat(each.predict(X)).isEqualTo(expected);
                    assertThat(each.predict(Dataset.of(X, new int[] {0, 1}))).isEqualTo(expected);
                    assertThat(each.predict(Dataset.of(NDArray.of(X)).named("other")))
                            .isEqualTo(expected);
                });
    }

    @Test
    void ofLogitsTheProbabilitiesAreTheirSoftmax() {
        with(
                softmaxCrossEntropy(),
                NOTHING,
                3,
                each -> {
                    NDArray p = each.predictProbabilities(X);
                    double sum = 1 + Math.exp(1) + Math.exp(3);
                    assertThat(p.at(1)).isCloseTo(Math.exp(1) / sum, within(1e-6));
                    assertThat(p.at(3)).isCloseTo(p.at(5), within(0.0));
                    assertThat(each.predictProbabilities(Dataset.of(NDArray.of(X)))).isEqualTo(p);
                    assertThat(each.predictClasses(X)).isEqualTo(NDArray.of(new int[] {2, 0}));
                    assertThat(each.predictClasses(NDArray.of(X)))
                            .isEqualTo(each.predictClasses(X));
                    assertThat(each.predictClasses(Dataset.of(NDArray.of(X))))
                            .isEqualTo(each.predictClasses(X));
                });
    }

    /** A softmax twice would flatten them. */
    @Test
    void whatIsProbableAlreadyStaysAsItIs() {
        with(
                softmaxCrossEntropy(),
                softmax(),
                3,
                each -> assertThat(each.predictProbabilities(X)).isEqualTo(each.predict(X)));
        with(
                binaryCrossEntropy(),
                sigmoid(),
                1,
                each -> {
                    float[][] x = {{-1}, {2}};
                    assertThat(each.predictProbabilities(x)).isEqualTo(each.predict(x));
                    assertThat(each.predictClasses(x).ints()).containsExactly(0, 1);
                });
        with(
                negativeLogLikelihood(),
                logSoftmax(),
                3,
                each -> {
                    double[] p = each.predictProbabilities(X).doubles();
                    double[] logs = each.predict(X).doubles();
                    for (int i = 0; i < p.length; i++) {
                        assertThat(p[i]).isCloseTo(Math.exp(logs[i]), within(1e-6));
                    }
                });
    }

    @Test
    void aSingleOutputSaysYesOrNo() {
        float[][] x = {{-1}, {0}, {2}};
        with(
                binaryCrossEntropy(),
                NOTHING,
                1,
                each -> {
                    assertThat(each.predictClasses(x)).isEqualTo(NDArray.of(new int[] {0, 0, 1}));
                    assertThat(each.predictProbabilities(x).at(1)).isEqualTo(0.5);
                    assertThat(each.predictProbabilities(x).at(2))
                            .isCloseTo(0.880797, within(1e-6));
                });
    }

    @Test
    void outputsEachForItselfHaveProbabilitiesAndNoClass() {
        with(
                binaryCrossEntropy(),
                NOTHING,
                3,
                each -> {
                    assertThat(each.predictProbabilities(X).at(0)).isEqualTo(0.5);
                    assertThatThrownBy(() -> each.predictClasses(X))
                            .isInstanceOf(PropaneException.class)
                            .hasMessageContaining("each of the 3 outputs says yes or no by itself")
                            .hasMessageContaining("fix: ask for predict(x)");
                });
    }

    @Test
    void numbersAreNoClasses() {
        with(
                meanSquaredError(),
                NOTHING,
                3,
                each -> {
                    assertThatThrownBy(() -> each.predictClasses(X))
                            .isInstanceOf(PropaneException.class)
                            .hasMessageContaining("predictClasses: the loss's targets are numbers")
                            .hasMessageContaining("fp32[3] of each example");
                    assertThatThrownBy(() -> each.predictProbabilities(X))
                            .hasMessageContaining(
                                    "predictProbabilities: the loss's targets are numbers");
                });
        with(
                hinge(),
                NOTHING,
                1,
                each -> {
                    float[][] x = {{-1}, {2}};
                    assertThat(each.predictClasses(x).ints()).containsExactly(0, 1);
                    assertThatThrownBy(() -> each.predictProbabilities(x))
                            .hasMessageContaining("makes no probabilities");
                });
    }

    /** Inputs that fit nothing would be told of first, if they were predicted of. */
    @Test
    void whatALossHasNotIsRefusedBeforeAnythingIsPredicted() {
        float[][] unfit = {{1, 2, 3, 4, 5}};
        with(
                meanSquaredError(),
                NOTHING,
                3,
                each -> {
                    String told = ": the loss's targets are numbers";
                    assertThatThrownBy(() -> each.predictClasses(unfit))
                            .hasMessageContaining("predictClasses" + told);
                    assertThatThrownBy(() -> each.predictProbabilities(unfit))
                            .hasMessageContaining("predictProbabilities" + told);
                });
        with(
                binaryCrossEntropy(),
                NOTHING,
                3,
                each ->
                        assertThatThrownBy(() -> each.predictClasses(unfit))
                                .hasMessageContaining("each of the 3 outputs says yes or no"));
    }

    @Test
    void severalInputsAreTakenFromADatasetByName() {
        var pair =
                model(
                        List.of(input("a", 2), input("b", 2)),
                        (_, in) -> Tensors.tensors("sum", in.at("a").sub(in.at("b"))));
        var a = NDArray.of(new float[][] {{1, 2}});
        var b = NDArray.of(new float[][] {{3, 5}});
        try (var predictor =
                Predictor.of(pair, new propane.checkpoint.Weights(Map.of()), Engine.cpu())) {
            assertThat(predictor.targetKind()).isEqualTo(Loss.TargetKind.OTHER);
            assertThat(predictor.predict(Dataset.of(Map.of("a", a, "b", b), Map.of())))
                    .isEqualTo(NDArray.of(new float[][] {{-2, -3}}));
            assertThat(predictor.predictClasses(Dataset.of(Map.of("a", a, "b", b), Map.of())))
                    .isEqualTo(NDArray.of(new int[] {0}));
            assertThatThrownBy(() -> predictor.predict(Dataset.of(a)))
                    .isInstanceOf(UnknownNameException.class);
        }
    }
}
