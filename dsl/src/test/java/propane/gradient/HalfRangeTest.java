package propane.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.op.OpSchema;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Holds every op and its gradient in the Neural Engine's form, in float16, against doubles, with
 * operands from a thousandth to a thousand times their usual size: where operands and true results
 * are within float16's range, what comes between them must be so, too.
 */
class HalfRangeTest {
    private static final int SEEDS = Integer.getInteger("propane.seeds", 1);

    static Stream<OpSample.Made> operations() {
        return OpSamples.all().stream()
                .filter(OpSample::isDifferentiated)
                .flatMap(sample -> LongStream.range(0, SEEDS).mapToObj(sample::make))
                .filter(HalfGradients::isHalf);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nothingBetweenLeavesTheRange(OpSample.Made made) {
        var gradients = new HalfGradients(made);
        HalfLimits limits = HalfLimits.of(made.operation().op());
        for (double[] scales : gradients.scales()) {
            for (double g : new double[] {1, 1024}) {
                if (limits.includes(scales)) {
                    assertThat(gradients.faults(scales, g, limits.near()))
                            .as(made.name())
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void limitsAreOfOpsThatThereAre() {
        Set<String> names = new HashSet<>();
        OpSamples.kinds().forEach(kind -> names.add(OpSchema.of(kind).name()));
        assertThat(names).containsAll(HalfLimits.ALL.keySet());
    }
}
