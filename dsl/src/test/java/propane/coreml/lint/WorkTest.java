package propane.coreml.lint;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.coreml.lint.Calls.call;
import static propane.coreml.lint.Calls.fp16;
import static propane.coreml.lint.Calls.numbers;
import static propane.coreml.lint.Calls.weight;

import org.junit.jupiter.api.Test;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;

import java.util.List;
import java.util.Map;

class WorkTest {
    @Test
    void aProductAndASumAreTwo() {
        var product = Map.of("x", fp16(5, 7), "y", fp16(7, 3));
        assertThat(Work.of(call("matmul", fp16(5, 3), product))).isEqualTo(2 * 5 * 7 * 3);
        var turned = Map.of("x", fp16(7, 5), "y", fp16(7, 3), "transpose_x", numbers("bool", 1.0));
        assertThat(Work.of(call("matmul", fp16(5, 3), turned))).isEqualTo(2 * 5 * 7 * 3);
    }

    @Test
    void aConvolutionMultipliesItsKernelForEachResult() {
        var inputs = Map.of("x", fp16(1, 8, 10, 10), "weight", weight(16, 4, 3, 3));
        assertThat(Work.of(call("conv", fp16(1, 16, 8, 8), inputs)))
                .as("two groups of four channels")
                .isEqualTo(2L * 16 * 8 * 8 * 4 * 9);
    }

    @Test
    void anEinsumMultipliesOverAllItsLetters() {
        var text =
                new MilValue(
                        "e",
                        "string",
                        List.of(),
                        MilValue.Origin.CONSTANT,
                        "",
                        List.of(),
                        "abc,acd->abd");
        var call =
                new MilCall(
                        "einsum",
                        Map.of(
                                "equation", List.of(text),
                                "values", List.of(fp16(2, 3, 5), fp16(2, 5, 7))),
                        List.of(fp16(2, 3, 7)),
                        false);
        assertThat(Work.of(call)).isEqualTo(2 * 2 * 3 * 5 * 7);
    }

    @Test
    void movingIsNoWork() {
        assertThat(Work.of(call("transpose", fp16(3, 5), Map.of("x", fp16(5, 3))))).isZero();
        assertThat(Work.of(call("relu", fp16(3, 5), Map.of("x", fp16(3, 5))))).isEqualTo(15);
    }
}
