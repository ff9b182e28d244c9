package propane.coreml.lint;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.coreml.lint.Calls.fp16;
import static propane.coreml.lint.Calls.numbers;
import static propane.coreml.lint.Calls.placed;
import static propane.coreml.lint.Calls.value;
import static propane.coreml.lint.Calls.weight;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;
import propane.coreml.report.OpPlacement;

import java.util.List;
import java.util.Map;

/** Each fact, once where it holds and once where it just does not. */
class PlacementRuleTest {
    private static AbstractStringAssert<?> assertKept(OpPlacement op) {
        assertThat(op.mayRun()).as(op.toString()).isFalse();
        return assertThat(op.reasons()).singleElement().extracting(Finding::text).asString();
    }

    private static void assertTaken(OpPlacement op) {
        assertThat(op.findings()).as(op.toString()).isEmpty();
    }

    private static AbstractStringAssert<?> assertRemarked(OpPlacement op) {
        assertThat(op.mayRun()).as(op.toString()).isTrue();
        return assertThat(op.reasons()).singleElement().extracting(Finding::text).asString();
    }

    @Test
    void float16AloneIsComputed() {
        assertTaken(placed("relu", fp16(1, 64), Map.of("x", fp16(1, 64))));
        MilValue wide = value("fp32", MilValue.Origin.COMPUTED, 1, 64);
        assertKept(placed("relu", wide, Map.of("x", wide))).contains("float16 only");
        assertKept(placed("cast", fp16(1, 64), Map.of("x", wide))).contains("fp32");
        MilValue whole = value("int32", MilValue.Origin.COMPUTED, 1, 64);
        assertKept(placed("add", whole, Map.of("x", whole))).contains("int32");
    }

    @Test
    void aFloat32ConstantKeepsAnOpOffButItsParametersDoNot() {
        MilValue literal = value("fp32", MilValue.Origin.CONSTANT, 64);
        assertKept(placed("add", fp16(1, 64), Map.of("x", fp16(1, 64), "y", literal)))
                .contains("fp32");
        assertTaken(
                placed(
                        "layer_norm",
                        fp16(1, 64),
                        Map.of("x", fp16(1, 64), "epsilon", numbers("fp32", 1e-5))));
    }

    @Test
    void aValueWithoutAxesIsToldButConstantsAreNot() {
        MilValue half = value("fp16", MilValue.Origin.CONSTANT);
        assertTaken(placed("mul", fp16(1), Map.of("x", fp16(1), "y", half)));
        assertRemarked(placed("squeeze", fp16(), Map.of("x", fp16(1)))).contains("without axes");
        assertRemarked(placed("mul", fp16(1), Map.of("x", fp16(1), "y", fp16())))
                .contains("ExecuTorch");
    }

    @Test
    void truthValuesBetweenOpsAreTaken() {
        MilValue truth = value("bool", MilValue.Origin.COMPUTED, 1, 64);
        assertTaken(placed("greater", truth, Map.of("x", fp16(1, 64), "y", fp16(1, 64))));
    }

    @Test
    void fiveAxesAreTheMost() {
        assertTaken(placed("relu", fp16(1, 1, 1, 1, 32), Map.of("x", fp16(1, 1, 1, 1, 32))));
        assertKept(placed("reshape", fp16(1, 1, 1, 1, 1, 32), Map.of("x", fp16(32))))
                .contains("five axes");
    }

    @Test
    void shapesAreFixedAndAxesAreNotTooLong() {
        MilValue flexible = fp16(MilValue.FLEXIBLE, 32);
        assertKept(placed("relu", flexible, Map.of("x", flexible))).contains("flexible");
        assertRemarked(placed("relu", fp16(65_536), Map.of("x", fp16(65_536)))).contains("16,384");
        assertKept(placed("relu", fp16(65_537), Map.of("x", fp16(65_537)))).contains("65,536");
    }

    @Test
    void branchesAndWhatStandsInThemAreKeptOff() {
        var nested = new MilCall("relu", Map.of("x", List.of(fp16(32))), List.of(fp16(32)), true);
        assertKept(PlacementLint.judge(nested)).contains("control flow");
        assertKept(placed("while_loop", fp16(32), Map.of())).contains("control flow");
    }

    @Test
    void weightsOfConvolutionsAreConstants() {
        var x = fp16(1, 32, 8, 32);
        assertTaken(placed("conv", x, Map.of("x", x, "weight", weight(32, 32, 3, 3))));
        assertKept(placed("conv", x, Map.of("x", x, "weight", fp16(32, 32, 3, 3))))
                .contains("no constant");
        assertKept(placed("linear", fp16(1, 32), Map.of("x", fp16(1, 64), "weight", fp16(32, 64))))
                .contains("no constant");
        assertTaken(placed("matmul", fp16(1, 32), Map.of("x", fp16(1, 64), "y", fp16(64, 32))));
    }

    @Test
    void windowsHaveLimits() {
        var x = fp16(1, 32, 8, 32);
        assertTaken(placed("conv", x, Map.of("x", x, "weight", weight(32, 32, 99, 15))));
        assertKept(placed("conv", x, Map.of("x", x, "weight", weight(32, 32, 1, 16))))
                .contains("wider than 15");
        assertTaken(
                placed(
                        "conv",
                        x,
                        Map.of(
                                "x", x,
                                "weight", weight(32, 32, 3, 3),
                                "strides", numbers("int32", 6.0, 4.0))));
        assertKept(
                        placed(
                                "conv",
                                x,
                                Map.of(
                                        "x", x,
                                        "weight", weight(32, 32, 3, 3),
                                        "strides", numbers("int32", 1.0, 5.0))))
                .contains("twos and threes");
        assertRemarked(placed("max_pool", x, Map.of("x", x, "strides", numbers("int32", 3.0, 3.0))))
                .contains("strides of 2 or 4");
    }

    @Test
    void statesHaveWidthsOf32() {
        MilValue narrow = value("fp16", MilValue.Origin.STATE, 1, 270);
        assertKept(placed("read_state", fp16(1, 270), Map.of("input", narrow)))
                .contains("multiple of 32");
        MilValue wide = value("fp16", MilValue.Origin.STATE, 1, 256);
        assertRemarked(placed("read_state", fp16(1, 256), Map.of("input", wide)))
                .contains("caches of attention");
    }

    @Test
    void aReductionTimesZeroIsKeptOff() {
        var sum =
                new MilValue(
                        "s",
                        "fp16",
                        List.of(1L),
                        MilValue.Origin.COMPUTED,
                        "reduce_sum",
                        List.of(),
                        "");
        assertKept(placed("mul", fp16(1), Map.of("x", sum, "y", numbers("fp16", 0.0))))
                .contains("times zero");
        assertTaken(placed("mul", fp16(1), Map.of("x", sum, "y", numbers("fp16", 2.0))));
    }

    @Test
    void numbersThatComeOutDifferentAreRemarked() {
        var x = fp16(4, 64);
        assertRemarked(placed("reduce_sum", fp16(4), Map.of("x", x)))
                .contains("adds up in float16");
        assertRemarked(placed("layer_norm", x, Map.of("x", x, "epsilon", numbers("fp16", 1e-12))))
                .contains("zero in float16");
        double most = Double.NEGATIVE_INFINITY;
        assertRemarked(placed("add", x, Map.of("x", x, "y", numbers("fp16", most))))
                .contains("-1e4");
        assertRemarked(
                        placed(
                                "slice_by_index",
                                fp16(4, 32),
                                Map.of("x", x, "begin", numbers("int32", 0.0, 32.0))))
                .contains("4,094");
        assertTaken(
                placed(
                        "slice_by_index",
                        fp16(2, 64),
                        Map.of("x", x, "begin", numbers("int32", 2.0, 0.0))));
        assertRemarked(placed("matmul", fp16(4, 32), Map.of("x", fp16(4, 33), "y", fp16(33, 32))))
                .contains("multiple of 32");
    }

    @Test
    void namesAloneTellOfSome() {
        assertKept(placed("gather", fp16(4, 32), Map.of("x", fp16(9, 32)))).contains("one-hot");
        assertKept(placed("scatter", fp16(4, 32), Map.of("data", fp16(9, 32)))).contains("Apple");
        assertRemarked(placed("einsum", fp16(4, 32), Map.of())).contains("nobody is known");
    }
}
