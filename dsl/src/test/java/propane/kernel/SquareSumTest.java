package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.spi.Bindings;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The sum of all squares, as the norm of gradients takes it. */
class SquareSumTest {
    private static final Engine ENGINE = new CpuEngine();

    private static Port port(int... dims) {
        return new Port("x", Role.BATCH, TensorType.float32(Shape.shape(dims)));
    }

    private static Program.Function squares(Port x) {
        Tensor sum = x.tensor().square().sum().reshape(1);
        return Program.Function.of("squares", List.of(Program.Output.result("sum", sum)));
    }

    private static double sum(double[] values) {
        Port x = port(values.length);
        var inputs = Map.of("x", NDArray.of(values, x.type()));
        return CpuEngineTest.run(ENGINE, squares(x), inputs, 2).get("sum").at(0);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                1, 3, 4, 15, 16, 31, 63, 64, 65, 79, 127, 128, 640, 2_047, 2_048, 2_049, 2_063,
                8_192, 32_767, 32_768, 32_769, 40_000, 100_003, 401_408
            })
    void everySizeIsItsPlainSum(int size) {
        var random = new Random(size);
        double[] values = new double[size];
        double expected = 0;
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
            expected += values[i] * values[i];
        }
        assertThat(sum(values)).isCloseTo(expected, within(2e-6 * expected));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 67, 1_031, 3_001, 70_001})
    void oneElementThatIsNotFiniteIsEnoughWhereverItStands(int size) {
        var random = new Random(1);
        for (double bad : List.of(Double.NaN, Double.NEGATIVE_INFINITY, -1e20)) {
            for (int place : List.of(0, size / 2, random.nextInt(size), size - 1)) {
                double[] values = new double[size];
                values[place] = bad;
                assertThat(Double.isFinite(sum(values))).as("%s at %d", bad, place).isFalse();
            }
        }
    }

    @Test
    void theLargestSumsThatFloatsHoldAreFinite() {
        double[] values = new double[30_000];
        Arrays.fill(values, 1e17);
        assertThat(sum(values)).isCloseTo(3e38, within(1e33));
        Arrays.fill(values, 1.1e17);
        assertThat(sum(values)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void allProvidersGiveOneSumAndTheFastOneLooksAtEachElementOnce() {
        Port x = port(9, 7, 50);
        var inputs = RandomPrograms.inputs(squares(x), new Random(3));
        double reference =
                CpuEngineTest.run(CpuEngine.forcing("reference"), squares(x), inputs, 1)
                        .get("sum")
                        .at(0);
        double fast = CpuEngineTest.run(ENGINE, squares(x), inputs, 1).get("sum").at(0);
        assertThat(fast).isCloseTo(reference, within(1e-6 * reference));
        assertThat(ops(squares(x))).containsExactly("reduce_sum_square");
    }

    @Test
    void sumsOverSomeAxesStaySumsOfSquares() {
        Port x = port(9, 7, 50);
        Tensor rows = x.tensor().square().sum(-1);
        var function = Program.Function.of("rows", List.of(Program.Output.result("sum", rows)));
        assertThat(ops(function)).containsExactly("square", "reduce_sum");
    }

    /** What is large is looked at before the next product drives it out of the cache. */
    @Test
    void theNormLooksAtAGradientAsSoonAsItIsMade() {
        Port x = port(32, 64);
        var w = new Port("w", Role.WEIGHT, TensorType.float32(Shape.shape(64, 64)));
        var v = new Port("v", Role.WEIGHT, TensorType.float32(Shape.shape(64, 64)));
        Tensor first = x.tensor().transpose(1, 0).matmul(x.tensor()).add(w.tensor());
        Tensor second = first.matmul(v.tensor());
        Tensor norm = first.square().sum().add(second.square().sum()).sqrt().reshape(1);
        var function =
                Program.Function.of(
                        "step",
                        List.of(
                                Program.Output.result("norm", norm),
                                Program.Output.replacing(w, first),
                                Program.Output.replacing(v, second)));
        assertThat(ops(function))
                .containsSubsequence("add", "reduce_sum_square", "matmul", "reduce_sum_square");
    }

    private static List<String> ops(Program.Function function) {
        var program = Program.of(function);
        try (Bindings bindings = ENGINE.allocate(program);
                var compiled = ENGINE.compile(program, bindings)) {
            return compiled.report().placements().stream().map(DeviceReport.Placement::op).toList();
        }
    }
}
