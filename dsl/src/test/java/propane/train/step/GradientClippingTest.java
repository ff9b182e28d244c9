package propane.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.golden.GoldenCase;
import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Random;

class GradientClippingTest {
    private final List<Tensor> gradients =
            List.of(
                    Tensor.constant(normal(1, 4, 3)),
                    Tensor.constant(normal(2, 7)),
                    Tensor.constant(normal(3, 1)));

    private static NDArray normal(long seed, int... dims) {
        var random = new Random(seed);
        float[] values = new float[Shape.shape(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return NDArray.of(values, dims);
    }

    private static double norm(List<Tensor> gradients) {
        return Interpreter.run(GradientClipping.globalNorm(gradients)).at(0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 0.5, 2})
    void theNormIsTheLargestAllowedAndStaysSo(double max) {
        assertThat(norm(gradients)).isGreaterThan(2);
        var once = GradientClipping.byGlobalNorm(gradients, max);
        assertThat(norm(once)).isLessThanOrEqualTo(max * (1 + 1e-6)).isCloseTo(max, within(2e-6));
        var twice = GradientClipping.byGlobalNorm(once, max);
        assertThat(norm(twice)).isCloseTo(norm(once), within(2e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {100, 1e9})
    void smallGradientsStayAsTheyAre(double max) {
        var clipped = GradientClipping.byGlobalNorm(gradients, max);
        for (int i = 0; i < gradients.size(); i++) {
            assertThat(Interpreter.run(clipped.get(i)))
                    .isEqualTo(Interpreter.run(gradients.get(i)));
        }
    }

    @Test
    void normsAreClippedOneByOne() {
        var clipped = GradientClipping.byNorm(gradients, 1);
        for (int i = 0; i < gradients.size(); i++) {
            double before = norm(List.of(gradients.get(i)));
            double after = norm(List.of(clipped.get(i)));
            assertThat(after).isCloseTo(Math.min(1, before), within(2e-6));
        }
    }

    @Test
    void elementsAreClippedToTheirRange() {
        double[] before = Interpreter.run(gradients.getFirst()).doubles();
        double[] after =
                Interpreter.run(GradientClipping.byValue(gradients, 0.5).getFirst()).doubles();
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isEqualTo(Math.clamp(before[i], -0.5, 0.5));
        }
    }

    @Test
    void theGlobalNormIsPyTorchs() {
        var golden = GoldenCase.of("optimizers", "clip_global_norm");
        var reference =
                List.of(
                        Tensor.constant(golden.array("grad.0")),
                        Tensor.constant(golden.array("grad.1")));
        double max = golden.json().at("max_norm").number();
        NDArray norm = Interpreter.run(GradientClipping.globalNorm(reference).reshape(1));
        golden.requireClose("norm", norm, GoldenCase.CLOSE);
        var clipped = Interpreter.run(GradientClipping.byGlobalNorm(reference, max), Map.of());
        golden.requireClose("clipped.0", clipped.get(0), GoldenCase.CLOSE);
        golden.requireClose("clipped.1", clipped.get(1), GoldenCase.CLOSE);
    }

    @Test
    void aLargestValueIsPositive() {
        assertThatThrownBy(() -> GradientClipping.byValue(gradients, -1))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("clipByValue: the largest absolute")
                .hasMessageContaining("\n    fix: ");
    }
}
