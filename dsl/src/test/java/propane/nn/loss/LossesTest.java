package propane.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Run;
import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.DecomposedForMil;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class LossesTest {
    private static final NDArray LABELS = NDArray.of(new int[] {0, 2, 1, 4, 4});

    private static double of(Loss loss, NDArray prediction, NDArray target) {
        return Interpreter.run(loss.of(Tensor.constant(prediction), Tensor.constant(target))).at(0);
    }

    private static NDArray shifted(NDArray x, double by) {
        double[] values = x.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] += by;
        }
        return NDArray.of(values, x.type());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void equalLogitsLoseTheLogarithmOfTheClasses(double smoothing) {
        NDArray logits = NDArray.full(TensorType.float32(Shape.shape(5, 7)), 3e4);
        assertThat(of(softmaxCrossEntropy().labelSmoothing(smoothing), logits, LABELS))
                .isCloseTo(Math.log(7), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-8192, 8192, 1e6})
    void logitsMayBeShiftedFarAway(double shift) {
        // Whole multiples of 1/16 stay exact under the shifts.
        float[] steps = new float[25];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (i * 7 % 25 - 12) / 16f;
        }
        NDArray logits = NDArray.of(steps, 5, 5);
        double loss = of(softmaxCrossEntropy(), logits, LABELS);
        assertThat(of(softmaxCrossEntropy(), shifted(logits, shift), LABELS))
                .isCloseTo(loss, within(1e-6));
    }

    @Test
    void theGradientOfSoftmaxCrossEntropyIsProbabilityLessTarget() {
        var logits = new Port("z", Role.BATCH, TensorType.float32(Shape.shape(5, 6))).tensor();
        Tensor labels = Tensor.constant(LABELS);
        Tensor loss = softmaxCrossEntropy().of(logits, labels);
        Tensor expected = logits.softmax(-1).sub(labels.oneHot(6)).mul(1 / 5.0);
        Tensor found = ReverseMode.gradients(loss, List.of(logits)).getFirst();
        var values = Interpreter.run(List.of(found, expected), Map.of("z", Run.normal(4, 5, 6)));
        for (int i = 0; i < 30; i++) {
            assertThat(values.get(0).at(i)).isCloseTo(values.get(1).at(i), within(1e-7));
        }
    }

    @Test
    void binaryCrossEntropyHasItsSlopeAtLogitZero() {
        Tensor logits = new Port("z", Role.BATCH, TensorType.float32(Shape.shape(3, 1))).tensor();
        Tensor targets = Tensor.constant(NDArray.of(new float[] {1, 0, 0.25f}, 3, 1));
        Tensor sum = binaryCrossEntropy().each(logits, targets).sum();
        Tensor slope = ReverseMode.gradients(sum, List.of(logits)).getFirst();
        var at = Map.of("z", NDArray.full(logits.type(), 0));
        assertThat(Interpreter.run(List.of(slope), at).getFirst().floats())
                .containsExactly(-0.5f, 0.5f, 0.25f);
    }

    @Test
    void binaryCrossEntropyStaysFiniteWhereASigmoidEnds() {
        NDArray logits = NDArray.of(new float[] {-1e4f, 1e4f, -1e4f, 1e4f}, 4, 1);
        NDArray targets = NDArray.of(new float[] {0, 1, 1, 0}, 4, 1);
        Tensor each = binaryCrossEntropy().each(Tensor.constant(logits), Tensor.constant(targets));
        assertThat(Interpreter.run(each).floats()).containsExactly(0, 0, 1e4f, 1e4f);
        NDArray none = NDArray.full(TensorType.float32(Shape.shape(3, 2)), 0);
        assertThat(of((z, _) -> binaryCrossEntropy().of(z, 1), none, none))
                .isCloseTo(Math.log(2), within(1e-7));
    }

    @Test
    void meanSquaredErrorIsTheMeanOverAllElements() {
        NDArray x = NDArray.of(new float[] {1, 2, 3, 4}, 2, 2);
        NDArray y = NDArray.of(new float[] {1, 0, 0, 0}, 2, 2);
        assertThat(of(meanSquaredError(), x, y)).isEqualTo((4 + 9 + 16) / 4.0);
    }

    @Test
    void lossesSayWhatTheirTargetsAre() {
        TensorType logits = TensorType.float32(Shape.shape(8, 20, 5));
        assertThat(softmaxCrossEntropy().target(logits))
                .isEqualTo(new TensorType(DType.INT32, Shape.shape(8, 20)));
        assertThat(meanSquaredError().target(logits)).isEqualTo(logits);
        assertThat(binaryCrossEntropy().target(logits)).isEqualTo(logits);
    }

    @Test
    void lossesOfSequencesAreMeansOverThem() {
        NDArray logits = Run.normal(5, 5, 3, 4);
        NDArray labels = NDArray.full(new TensorType(DType.INT32, Shape.shape(5, 3)), 2);
        double all = of(softmaxCrossEntropy(), logits, labels);
        double flat = of(softmaxCrossEntropy(), logits.reshape(15, 4), labels.reshape(15));
        assertThat(all).isCloseTo(flat, within(1e-6));
    }

    @Test
    void ignoredLabelsCountNeitherInTheSumNorInTheMean() {
        NDArray logits = Run.normal(6, 5, 6);
        Tensor kept = Tensor.constant(logits.slice(0, 3));
        double expected =
                Interpreter.run(softmaxCrossEntropy().of(kept, Tensor.constant(LABELS.slice(0, 3))))
                        .at(0);
        assertThat(of(softmaxCrossEntropy().ignoreIndex(4), logits, LABELS))
                .isCloseTo(expected, within(1e-6));
        NDArray none = NDArray.full(LABELS.type(), 4);
        assertThat(of(softmaxCrossEntropy().ignoreIndex(4), logits, none)).isZero();
    }

    @Test
    void oneHotProbabilitiesAreLabels() {
        NDArray logits = Run.normal(7, 5, 6);
        NDArray shares = Interpreter.run(Tensor.constant(LABELS).oneHot(6));
        var loss = softmaxCrossEntropy().labelSmoothing(0.2);
        assertThat(of(loss.softTargets(), logits, shares))
                .isCloseTo(of(loss, logits, LABELS), within(1e-6));
    }

    @Test
    void eachClassNeedsItsWeight() {
        NDArray logits = Run.normal(8, 5, 6);
        assertThatThrownBy(() -> of(softmaxCrossEntropy().classWeights(1, 2), logits, LABELS))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 class weights for 6 classes")
                .hasMessageContaining("one weight for each class");
    }

    @Test
    void aFocalLossWithoutFocusIsCrossEntropy() {
        NDArray logits = Run.normal(6, 5, 6);
        double plain = of(softmaxCrossEntropy(), logits, LABELS);
        assertThat(of(Losses.focal(0), logits, LABELS)).isCloseTo(plain, within(1e-6));
        assertThat(of(Losses.focal(2), logits, LABELS)).isLessThan(plain);
        // Sure and right: nothing is lost, and nothing is no number.
        NDArray sure = NDArray.of(new float[] {1e4f, 0, 0, 1e4f}, 2, 2);
        assertThat(of(Losses.focal(2), sure, NDArray.of(new int[] {0, 1}))).isZero();
    }

    @Test
    void divergenceIsNothingBetweenEqualsAndPositiveElse() {
        NDArray logits = Run.normal(7, 4, 5);
        NDArray same = Interpreter.run(Tensor.constant(logits).softmax(-1));
        var divergence = Losses.klDivergence(true);
        assertThat(of(divergence, logits, same)).isCloseTo(0, within(1e-6));
        assertThat(of(divergence, Run.normal(8, 4, 5), same)).isPositive();
        NDArray certain = NDArray.of(new float[] {0, 1}, 1, 2);
        assertThat(of(divergence, NDArray.of(new float[] {0, 0}, 1, 2), certain))
                .isCloseTo(Math.log(2), within(1e-6));
    }

    @Test
    void marginsAndAnglesAreMeasured() {
        NDArray scores = NDArray.of(new float[] {2, -2, 0.5f, -0.5f}, 4, 1);
        NDArray sides = NDArray.of(new float[] {1, 1, 1, -1}, 4, 1);
        assertThat(of(Losses.hinge(), scores, sides)).isEqualTo((0 + 3 + 0.5 + 0.5) / 4);
        NDArray x = NDArray.of(new float[] {1, 0, 3, 0, 0, 0}, 3, 2);
        NDArray y = NDArray.of(new float[] {5, 0, 0, 2, 1, 1}, 3, 2);
        assertThat(of(Losses.cosineDistance(), x, y)).isCloseTo(2 / 3.0, within(1e-7));
    }

    /** What a loss must be is the sum over all ways to take a class at each step. */
    @Test
    void ctcIsTheSumOverAllSpellings() {
        int time = 5;
        int classes = 3;
        NDArray logits = Run.normal(9, 4, time, classes);
        int[][] words = {{1, 2, 2}, {2, 2, -1}, {0, 1, 2}, {1, 1, 1}};
        NDArray labels =
                NDArray.of(IntStream.range(0, 12).map(i -> words[i / 3][i % 3]).toArray(), 4, 3);
        int[][] spelled = {{1, 2, 2}, {2, 2}, {}, {1, 1, 1}};
        Tensor shares = Tensor.constant(logits).softmax(-1);
        double[] p = Interpreter.run(shares).doubles();
        double[] sums = new double[4];
        for (int row = 0; row < 4; row++) {
            for (int path = 0; path < Math.pow(classes, time); path++) {
                var said = new ArrayList<Integer>();
                double product = 1;
                int last = 0;
                for (int t = 0, left = path; t < time; t++, left /= classes) {
                    int taken = left % classes;
                    product *= p[(row * time + t) * classes + taken];
                    if (taken != last && taken != 0) {
                        said.add(taken);
                    }
                    last = taken;
                }
                boolean isWord = said.equals(IntStream.of(spelled[row]).boxed().toList());
                sums[row] += isWord ? product : 0;
            }
        }
        Tensor each = Losses.ctc().each(Tensor.constant(logits), Tensor.constant(labels));
        double[] found = Interpreter.run(each).doubles();
        double[] written =
                Interpreter.run(((DecomposedForMil) each.op()).decompose().getFirst()).doubles();
        for (int row = 0; row < 4; row++) {
            assertThat(found[row]).isCloseTo(-Math.log(sums[row]), within(1e-5));
            assertThat(written[row]).isCloseTo(-Math.log(sums[row]), within(1e-5));
        }
    }

    @Test
    void ctcGivesNothingToLabelsThatDoNotFit() {
        Tensor logits = Tensor.constant(Run.normal(10, 2, 2, 3));
        Tensor labels = Tensor.constant(NDArray.of(new int[] {1, 1, 1, 2}, 2, 2));
        Tensor each = Losses.ctc().each(logits, labels);
        Tensor slope = ReverseMode.gradients(each.sum(), List.of(logits)).getFirst();
        assertThat(Interpreter.run(each).at(0)).isZero();
        assertThat(Interpreter.run(each).at(1)).isPositive();
        double[] found = Interpreter.run(slope).doubles();
        assertThat(found).startsWith(0, 0, 0, 0, 0, 0);
        assertThat(found[7]).isNegative();
        double[] written =
                Interpreter.run(((DecomposedForMil) slope.op()).decompose().getFirst()).doubles();
        assertThat(written).containsExactly(found, within(1e-6));
    }

    @Test
    void ctcTargetsAreAsLongAsTheTimeOrAsSaid() {
        TensorType logits = TensorType.float32(Shape.shape(8, 20, 5));
        assertThat(Losses.ctc().target(logits)).isEqualTo(TensorType.int32(Shape.shape(8, 20)));
        assertThat(Losses.ctc(6).target(logits)).isEqualTo(TensorType.int32(Shape.shape(8, 6)));
        assertThatThrownBy(() -> Losses.ctc().target(TensorType.float32(Shape.shape(8, 5))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[batch, time, classes]");
    }

    @Test
    void outputsAndTargetsOfDifferentShapesAreNotPaired() {
        var outputs = Tensor.constant(NDArray.of(new float[3], 3, 1));
        var targets = Tensor.constant(NDArray.of(new float[3]));
        var all =
                List.<Loss>of(
                        Losses.meanSquaredError(),
                        Losses.meanAbsoluteError(),
                        Losses.huber(1),
                        Losses.smoothL1(1),
                        Losses.binaryCrossEntropy(),
                        Losses.klDivergence(),
                        Losses.cosineDistance(),
                        Losses.hinge(),
                        Losses.hingeEmbedding());
        for (Loss loss : all) {
            assertThatThrownBy(() -> loss.of(outputs, targets))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("must be of one shape, got [3, 1] and [3]")
                    .hasMessageContaining("fix: reshape one of them as the other");
        }
    }

    @Test
    void aLossTimesAFactorIsThatLossOtherwise() {
        var outputs = Tensor.constant(NDArray.of(new float[] {1, 2, 3, 4, 5, 7}, 2, 3));
        var labels = Tensor.constant(NDArray.of(new int[] {1, -1}));
        var loss = Losses.softmaxCrossEntropy().classWeights(1, 2, 3).ignoreIndex(-1);
        var less = loss.lossWeight(0.25);
        assertThat(Interpreter.run(less.of(outputs, labels)).at(0))
                .isEqualTo(Interpreter.run(loss.of(outputs, labels)).at(0) / 4);
        assertThat(less.target(outputs.type())).isEqualTo(loss.target(outputs.type()));
        assertThat(less.ignoredIndices()).containsExactly(-1);
        assertThat(Interpreter.run(less.each(outputs, labels)).at(1)).isZero();
        Loss own = (p, _) -> p.sum();
        assertThat(Interpreter.run(own.lossWeight(2).of(outputs, outputs)).at(0)).isEqualTo(44);
        assertThatThrownBy(() -> own.lossWeight(-1))
                .hasMessageContaining("lossWeight: the factor must be");
    }
}
