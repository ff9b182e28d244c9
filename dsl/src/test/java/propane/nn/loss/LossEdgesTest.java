package propane.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.ctc;
import static propane.nn.loss.Losses.focal;
import static propane.nn.loss.Losses.klDivergence;
import static propane.nn.loss.Losses.negativeLogLikelihood;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;

/** Losses where outputs are infinite, huge, or do not count; values are PyTorch's in float64. */
class LossEdgesTest {
    private static final float SHUT = Float.NEGATIVE_INFINITY;
    private static final Tensor Z = of(new float[] {1, 2, 3, 0.5f, -1, 2, 0, 0, 1, 2, 1, 0}, 4, 3);
    private static final Tensor Y = labels(0, 2, 1, 0);

    private static Tensor of(float[] values, int... dims) {
        return Tensor.constant(NDArray.of(values, dims));
    }

    private static Tensor labels(int... values) {
        return Tensor.constant(NDArray.of(values));
    }

    private static double value(Loss loss, Tensor z, Tensor y) {
        return Interpreter.run(loss.of(z, y)).at(0);
    }

    private static double[] slope(Loss loss, Tensor z, Tensor y) {
        var found = ReverseMode.gradients(loss.of(z, y), List.of(z)).getFirst();
        return Interpreter.run(found).doubles();
    }

    @Test
    void classesThatAreShutOutCostNothing() {
        Tensor z = of(new float[] {1, 2, SHUT, 3, SHUT, 0}, 2, 3);
        Tensor y = labels(0, 2);
        Tensor hot = of(new float[] {1, 0, 0, 0, 0, 1}, 2, 3);
        Tensor logs =
                of(
                        new float[] {
                            -1.31326168f, -0.31326169f, SHUT, -0.04858735f, SHUT, -3.04858735f
                        },
                        2,
                        3);
        double right = 2.1809245195459823;
        assertThat(value(softmaxCrossEntropy(), z, y)).isCloseTo(right, within(1e-6));
        assertThat(value(softmaxCrossEntropy().softTargets(), z, hot))
                .isCloseTo(right, within(1e-6));
        assertThat(value(focal(0), z, y)).isCloseTo(right, within(1e-6));
        assertThat(value(negativeLogLikelihood(), logs, y)).isCloseTo(right, within(1e-6));
        assertThat(value(klDivergence(true), z, hot)).isCloseTo(right, within(1e-6));
        assertThat(value(klDivergence(), logs, hot)).isCloseTo(right, within(1e-6));
        double p = 1 / (1 + Math.exp(-1));
        double q = 1 / (1 + Math.exp(-3));
        double[] slope = {-p / 2, p / 2, 0, q / 2, 0, -q / 2};
        for (Loss each : List.of(softmaxCrossEntropy(), focal(0))) {
            assertThat(slope(each, z, y)).containsExactly(slope, within(1e-6));
        }
        for (Loss each : List.of(softmaxCrossEntropy().softTargets(), klDivergence(true))) {
            assertThat(slope(each, z, hot)).containsExactly(slope, within(1e-6));
        }
        for (double each : slope(focal(2), z, y)) {
            assertThat(each).isFinite();
        }
        assertThat(slope(negativeLogLikelihood(), logs, y)).containsExactly(-0.5, 0, 0, 0, 0, -0.5);
    }

    /** As if they were not there: (1.4132617 + 2.7485874) / 2. */
    @Test
    void smoothingIsSpreadOverClassesThatAreNotShutOut() {
        Tensor z = of(new float[] {1, 2, SHUT, 3, SHUT, 0}, 2, 3);
        var loss = softmaxCrossEntropy().labelSmoothing(0.1);
        assertThat(value(loss, z, labels(0, 2))).isCloseTo(2.0809245195459827, within(1e-6));
        double[] slope = slope(loss, z, labels(0, 2));
        assertThat(slope[2]).isZero();
        assertThat(slope[4]).isZero();
        assertThat(slope[0]).isCloseTo((1 / (1 + Math.exp(1)) - 0.95) / 2, within(1e-6));
        Tensor hot = of(new float[] {1, 0, 0, 0, 0, 1}, 2, 3);
        assertThat(value(loss.softTargets(), z, hot)).isCloseTo(2.0809245195459827, within(1e-6));
    }

    @Test
    void anOutputThatIsShutOutOrSureCostsNothingWhereThatIsRight() {
        Tensor z = of(new float[] {SHUT, 1, -SHUT, 0}, 4, 1);
        Tensor y = of(new float[] {0, 1, 1, 0.5f}, 4, 1);
        double right = (Math.log1p(Math.exp(-1)) + Math.log(2)) / 4;
        assertThat(value(binaryCrossEntropy(), z, y)).isCloseTo(right, within(1e-7));
        double at = -1 / (1 + Math.exp(1)) / 4;
        assertThat(slope(binaryCrossEntropy(), z, y))
                .containsExactly(new double[] {0, at, 0, 0}, within(1e-7));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 2})
    void whatIsSurelyRightHasNoSlopeInFocalLoss(double gamma) {
        Tensor z = of(new float[] {120, 0, 0, 1, 0, 0}, 2, 3);
        double[] slope = slope(focal(gamma), z, labels(0, 1));
        assertThat(slope).startsWith(0, 0, 0);
        assertThat(slope[4]).isNegative();
    }

    @Test
    void labelsAndClassesCountAsInPyTorch() {
        assertThat(value(focal(2), Z, Y)).isCloseTo(0.7534695678758352, within(1e-6));
        assertThat(value(focal(2).ignoreIndex(1), Z, Y))
                .isCloseTo(0.6834583612126318, within(1e-6));
        assertThat(value(focal(0.5).ignoreIndex(0), Z, Y))
                .isCloseTo(0.7444973287921008, within(1e-6));
        Tensor logs = Z.logSoftmax(-1);
        assertThat(value(negativeLogLikelihood(), logs, Y)).isCloseTo(1.15199198486, within(1e-6));
        var weighted = negativeLogLikelihood().classWeights(1, 2, 5).ignoreIndex(1);
        assertThat(value(weighted, logs, Y)).isCloseTo(0.5745383445963637, within(1e-6));
        var smooth = softmaxCrossEntropy().labelSmoothing(0.1).classWeights(1, 2, 5).ignoreIndex(1);
        assertThat(value(smooth, Z, Y)).isCloseTo(0.6692377758718099, within(1e-6));
        assertThat(focal(2).ignoreIndex(-1).ignoreIndex(3).ignoredIndices()).containsExactly(-1, 3);
        assertThat(negativeLogLikelihood().ignoreIndex(-1).lossWeight(2).ignoredIndices())
                .containsExactly(-1);
        assertThat(ctc().ignoredIndices()).containsExactly(-1);
    }

    @Test
    void rowsOfIgnoredLabelsMayBeNoNumbers() {
        float bad = Float.NaN;
        Tensor z = of(new float[] {1, 2, 3, bad, bad, bad, SHUT, SHUT, SHUT, 2, 1, 0}, 4, 3);
        Tensor y = labels(0, -1, 7, 0);
        Tensor kept = of(new float[] {1, 2, 3, 2, 1, 0}, 2, 3);
        var all =
                List.of(
                        softmaxCrossEntropy().ignoreIndex(-1).ignoreIndex(7),
                        softmaxCrossEntropy().labelSmoothing(0.1).ignoreIndex(-1).ignoreIndex(7),
                        focal(2).ignoreIndex(-1).ignoreIndex(7),
                        negativeLogLikelihood().ignoreIndex(-1).ignoreIndex(7));
        for (Loss loss : all) {
            double right = value(loss, kept, labels(0, 0));
            assertThat(value(loss, z, y)).as("%s", loss).isCloseTo(right, within(1e-6));
            double[] slope = slope(loss, z, y);
            double[] wanted = slope(loss, kept, labels(0, 0));
            for (int i = 0; i < 3; i++) {
                assertThat(slope[i]).isCloseTo(wanted[i], within(1e-7));
                assertThat(slope[3 + i]).as("%s", loss).isZero();
                assertThat(slope[6 + i]).as("%s", loss).isZero();
                assertThat(slope[9 + i]).isCloseTo(wanted[3 + i], within(1e-7));
            }
        }
    }

    @Test
    void lossesOfHugeOutputsAreFinite() {
        Tensor z = of(new float[] {1e4f, -1e4f, -1e4f, 1e4f, 1e4f, 1e4f}, 3, 2);
        Tensor y = labels(0, 0, 1);
        Tensor shares = of(new float[] {1, 0, 0.5f, 0.5f, 0, 1}, 3, 2);
        var ofLabels =
                List.of(
                        softmaxCrossEntropy(),
                        softmaxCrossEntropy().labelSmoothing(0.1).classWeights(1, 3),
                        focal(2),
                        focal(0.5),
                        negativeLogLikelihood());
        var ofShares =
                List.of(
                        softmaxCrossEntropy().softTargets(),
                        binaryCrossEntropy(),
                        klDivergence(true),
                        Losses.hinge(),
                        Losses.meanSquaredError(),
                        Losses.huber(1),
                        Losses.cosineDistance());
        for (Loss loss : ofLabels) {
            requireFinite(loss, z, y);
        }
        for (Loss loss : ofShares) {
            requireFinite(loss, z, shares);
        }
    }

    private static void requireFinite(Loss loss, Tensor z, Tensor y) {
        assertThat(value(loss, z, y)).as("%s", loss).isFinite();
        for (double each : slope(loss, z, y)) {
            assertThat(each).as("%s", loss).isFinite();
        }
    }

    @Test
    void labelsNeedARowEach() {
        Tensor columns = Y.reshape(4, 1);
        for (Loss loss : List.of(softmaxCrossEntropy(), focal(2), negativeLogLikelihood())) {
            assertThatThrownBy(() -> loss.of(Z, columns))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining(
                            "outputs fp32[4, 3] need targets int32[4], got int32[4, 1]")
                    .hasMessageContaining("fix: reshape the targets to [4]");
        }
    }
}
