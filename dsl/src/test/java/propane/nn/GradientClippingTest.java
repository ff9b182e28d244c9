package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.spi.Interpreter;
import propane.tensor.Tensor;

import java.util.List;

class GradientClippingTest {
    private final List<Tensor> gradients =
            List.of(
                    Tensor.constant(Run.normal(1, 4, 3)),
                    Tensor.constant(Run.normal(2, 7)),
                    Tensor.constant(Run.normal(3, 1)));

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
}
