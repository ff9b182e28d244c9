package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import propane.tensor.Shape;

class InitializersTest {
    private static final Shape KERNEL = Shape.shape(64, 16, 3, 3);

    private static double variance(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value / values.length;
        }
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / values.length;
    }

    private static float[] drawn(Initializer initializer) {
        return initializer.values(KERNEL, 3, "conv2d_1/weight");
    }

    @Test
    void variancesAreThoseOfThePapers() {
        assertThat(variance(drawn(Initializers.heNormal()))).isCloseTo(2 / 144.0, within(1e-3));
        double glorot = 2.0 / (16 * 9 + 64 * 9);
        assertThat(variance(drawn(Initializers.glorotUniform()))).isCloseTo(glorot, within(1e-4));
        assertThat(variance(drawn(Initializers.normal(0.5)))).isCloseTo(0.25, within(1e-2));
        assertThat(variance(drawn(Initializers.uniform(3)))).isCloseTo(3, within(0.1));
        for (float value : drawn(Initializers.glorotUniform())) {
            assertThat(Math.abs((double) value)).isLessThanOrEqualTo(Math.sqrt(3 * glorot));
        }
    }

    @Test
    void valuesDependOnSeedAndPathOnly() {
        var normal = Initializers.normal(1);
        assertThat(normal.values(KERNEL, 3, "a"))
                .isEqualTo(normal.values(KERNEL, 3, "a"))
                .isNotEqualTo(normal.values(KERNEL, 4, "a"))
                .isNotEqualTo(normal.values(KERNEL, 3, "b"));
        assertThat(Initializers.zeros().values(KERNEL, 1, "a")).containsOnly(0);
        assertThat(Initializers.constant(2.5).values(KERNEL, 1, "a")).containsOnly(2.5f);
        assertThat(normal).isEqualTo(Initializers.normal(1)).isNotEqualTo(Initializers.normal(2));
    }
}
