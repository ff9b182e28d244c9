package propane.coreml.lint;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.coreml.lint.Calls.call;
import static propane.coreml.lint.Calls.fp16;

import org.junit.jupiter.api.Test;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;
import propane.coreml.report.FunctionPlacement;

import java.util.Collections;
import java.util.List;
import java.util.Map;

class PlacementLintTest {
    private static final MilCall PRODUCT =
            call("matmul", fp16(64, 64), Map.of("x", fp16(64, 64), "y", fp16(64, 64)));
    private static final MilCall ADDED = call("add", fp16(64, 64), Map.of("x", fp16(64, 64)));
    private static final MilCall GATHERED = call("gather", fp16(64, 64), Map.of());
    private static final MilCall ODD = call("argsort", fp16(64, 64), Map.of("x", fp16(64, 64)));

    private static FunctionPlacement placed(long weights, long bytes, MilCall... calls) {
        return PlacementLint.judge(
                new MilFunction("main", List.of(), List.of(), List.of(calls), weights, bytes));
    }

    @Test
    void theTotalCountsWorkAndNamesWhatIsKeptOff() {
        FunctionPlacement function = placed(20_000_000, 0, PRODUCT, ADDED, GATHERED, ODD);
        assertThat(function.share()).isEqualTo((2.0 * 64 * 64 * 64 + 4096) / (524288 + 8192));
        assertThat(function.summary())
                .isEqualTo(
                        "99.2 % of 532 kFLOP may run on the Neural Engine; 2 of 4 ops may not:"
                                + " 1 argsort, 1 gather");
        assertThat(function.mayAllRun()).isFalse();
    }

    @Test
    void allIsSaidOnlyWhereAllMay() {
        assertThat(placed(20_000_000, 0, PRODUCT).summary())
                .isEqualTo("100 % of 524 kFLOP may run on the Neural Engine");
        MilCall[] calls = Collections.nCopies(1_000, PRODUCT).toArray(MilCall[]::new);
        calls[0] = ODD;
        assertThat(placed(20_000_000, 0, calls).summary()).startsWith("99.9 %");
    }

    @Test
    void smallProgramsAreLeftToTheCpuAndLargeOnesToTheGpu() {
        MilCall[] four = {PRODUCT, PRODUCT, PRODUCT, PRODUCT};
        assertThat(placed(50_000, 100_000, four).findings())
                .singleElement()
                .extracting(Finding::text)
                .asString()
                .startsWith("50 k parameters: Core ML will choose the CPU");
        assertThat(placed(20_000_000, 40_000_000, four).findings()).isEmpty();
        assertThat(placed(600_000_000, 1_200_000_000, four).findings())
                .singleElement()
                .extracting(Finding::text)
                .asString()
                .contains("iPhone");
        assertThat(placed(2_000_000_000, 4_000_000_000L, four).mayAllRun()).isFalse();
        assertThat(placed(20_000_000, 0, PRODUCT).findings())
                .singleElement()
                .extracting(Finding::text)
                .asString()
                .startsWith("1 product: ");
    }

    @Test
    void itTellsWhatCoreMlWouldLeaveToTheCpu() {
        MilCall[] four = {PRODUCT, PRODUCT, PRODUCT, PRODUCT};
        assertThat(placed(50_000, 100_000, four).onCpu())
                .singleElement()
                .asString()
                .startsWith("50 k parameters: Core ML will choose the CPU");
        assertThat(placed(3_000_000, 6_000_000, four).onCpu())
                .as("it may choose the CPU: that is no reason")
                .isEmpty();
        assertThat(placed(20_000_000, 0, PRODUCT, PRODUCT).onCpu())
                .singleElement()
                .asString()
                .startsWith("2 products: ");
        assertThat(placed(2_000_000_000, 4_000_000_000L, four).onCpu())
                .as("the GPU takes it")
                .isEmpty();
    }

    @Test
    void oneProductOfMuchWorkMayRunThere() {
        MilCall wide =
                call(
                        "matmul",
                        fp16(1024, 1024),
                        Map.of("x", fp16(1024, 1024), "y", fp16(1024, 1024)));
        assertThat(placed(20_000_000, 0, wide).findings()).isEmpty();
    }

    @Test
    void whatTheCpuHasMostOfItHasWholly() {
        MilCall gathered = call("gather_nd", fp16(64, 64), Map.of());
        MilCall sorted = call("argsort", fp16(1024, 512), Map.of("x", fp16(1024, 512)));
        MilCall[] half = {PRODUCT, PRODUCT, PRODUCT, gathered, sorted, sorted, sorted};
        assertThat(placed(20_000_000, 0, half).onCpu()).isEmpty();
        MilCall[] less = {PRODUCT, PRODUCT, PRODUCT, gathered, sorted, sorted, sorted, sorted};
        assertThat(placed(20_000_000, 0, less).onCpu())
                .singleElement()
                .asString()
                .startsWith("42.9 % of 3.7 MFLOP may run on the Neural Engine; 5 of 8 ops may not");
    }

    @Test
    void paddingOfLastAxesIsLost() {
        FunctionPlacement.Memory padding =
                PaddedMemory.of(List.of(fp16(10, 1), fp16(10, 32), fp16(10, 33)));
        assertThat(padding.bytes()).isEqualTo(10 * 2 + 10 * 64 + 10 * 66);
        assertThat(padding.padded()).isEqualTo(10 * 64 + 10 * 64 + 10 * 128);
        assertThat(padding.worst()).containsExactly("v fp16[10, 1]", "v fp16[10, 33]");
    }

    @Test
    void aCastOfAnInputOrToAnOutputKeepsNothingOffAndOneInBetweenDoes() {
        MilValue in = Calls.value("fp32", MilValue.Origin.INPUT, 64, 64);
        MilValue wide = Calls.value("fp32", MilValue.Origin.COMPUTED, 64, 64);
        MilCall entering = call("cast", fp16(64, 64), Map.of("x", in));
        MilCall leaving = call("cast", wide, Map.of("x", fp16(64, 64)));
        MilValue words = Calls.value("int32", MilValue.Origin.INPUT, 64, 64);
        MilCall counted = call("cast", fp16(64, 64), Map.of("x", words));
        MilCall copied = call("identity", wide, Map.of("x", in));
        assertThat(between(List.of(wide), entering, PRODUCT, leaving).mayAllRun()).isTrue();
        assertThat(between(List.of(fp16(64, 64)), entering, PRODUCT, leaving).mayAllRun())
                .isFalse();
        assertThat(between(List.of(wide), counted, leaving).mayAllRun()).isFalse();
        assertThat(between(List.of(wide), copied).mayAllRun()).isFalse();
    }

    private static FunctionPlacement between(List<MilValue> outputs, MilCall... calls) {
        return PlacementLint.judge(
                new MilFunction("main", List.of(), outputs, List.of(calls), 20_000_000, 0));
    }

    @Test
    void float32AtTheDoorIsRemarked() {
        MilValue wide = Calls.value("fp32", MilValue.Origin.INPUT, 64, 64);
        var function =
                new MilFunction(
                        "main",
                        List.of(wide),
                        List.of(),
                        List.of(PRODUCT, PRODUCT, PRODUCT),
                        20_000_000,
                        0);
        assertThat(PlacementLint.judge(function).findings())
                .singleElement()
                .extracting(Finding::text)
                .asString()
                .startsWith("float32 at 1 of 1 inputs and outputs");
    }

    @Test
    void bitsAreReadFromTheTypesName() {
        assertThat(Calls.value("float8e4m3fn", MilValue.Origin.INPUT, 4).bits()).isEqualTo(8);
        assertThat(Calls.value("uint3", MilValue.Origin.INPUT, 8).bytes()).isEqualTo(3);
        assertThat(Calls.value("bool", MilValue.Origin.INPUT, 4).bytes()).isEqualTo(4);
        assertThat(Calls.value("string", MilValue.Origin.INPUT).bytes()).isZero();
    }
}
