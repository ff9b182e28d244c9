package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.nn.layer.Attention;
import propane.nn.loss.Losses;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.CumulativeOperation;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.op.TensorOperation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** What the lowering decomposes otherwise, as nobody has shown it on the Neural Engine. */
class LoweredFormsTest {
    private static Port port(int... dims) {
        return new Port("x", Role.BATCH, TensorType.float32(Shape.shape(dims)));
    }

    private static Program.Function function(Port x, Function<Tensor, Tensor> made) {
        Tensor y = made.apply(x.tensor());
        return Program.Function.of("f", List.of(Program.Output.result("y", y)));
    }

    private static double[] computed(LoweredFunction lowered, NDArray x) {
        PortLayout input = lowered.inputs().getFirst();
        PortLayout output = lowered.outputs().getFirst();
        var inputs = Map.of(input.lowered().name(), input.lower(x));
        NDArray y = Interpreter.run(lowered.function(), inputs).get(output.lowered().name());
        return output.raise(y).doubles();
    }

    private static NDArray normal(double scale, int... dims) {
        var random = new Random(7);
        double[] x = new double[Shape.shape(dims).size()];
        Arrays.setAll(x, _ -> scale * random.nextGaussian());
        return NDArray.of(x, TensorType.float32(Shape.shape(dims)));
    }

    @Test
    void whatAttentionDoesNotSeeIsSelectedAwayInFloat16() {
        float[] seen = {1, 0, 1, 1, 0, 0, 0, 0};
        Tensor mask = Tensor.constant(NDArray.of(seen, 2, 1, 4));
        var function = function(port(2, 4, 32), x -> Attention.scaledDotProduct(x, x, x, mask));
        var lowered = NeuralEngineLowering.float16(function, Map.of());
        var constants =
                lowered.function().operations().stream()
                        .filter(operation -> operation.op() instanceof TensorOperation.Select)
                        .flatMap(operation -> operation.operands().stream())
                        .filter(operand -> operand.op() instanceof Leaf.Const)
                        .map(operand -> ((Leaf.Const) operand.op()).val().at(0));
        assertThat(constants).contains(-30_000.0);
        NDArray x = normal(1, 2, 4, 32);
        double[] found = computed(lowered, x);
        double[] plain = Interpreter.run(function, Map.of("x", x)).get("y").doubles();
        assertThat(found).usingComparatorWithPrecision(4e-3).containsExactly(plain);
        assertThat(Arrays.copyOfRange(found, 4 * 32, 8 * 32)).containsOnly(0);
        double[] other = x.doubles();
        Arrays.fill(other, 32, 64, 1e4);
        double[] changed = computed(lowered, NDArray.of(other, x.type()));
        // The second row asks, but is not seen.
        Arrays.fill(found, 32, 64, 0);
        Arrays.fill(changed, 32, 64, 0);
        assertThat(changed).containsExactly(found);
    }

    @Test
    void theErrorFunctionIsNearInEachFloat16() {
        double[] all = new double[0x7C00];
        for (int bits = 0; bits < all.length; bits++) {
            all[bits] = Float.float16ToFloat((short) bits) * (bits % 2 == 0 ? 1 : -1);
        }
        NDArray x = NDArray.of(all, TensorType.float32(Shape.shape(all.length)));
        var function = function(port(all.length), Tensor::erf);
        var lowered = NeuralEngineLowering.float16(function, Map.of());
        assertThat(lowered.function().operations())
                .noneMatch(operation -> operation.op() instanceof ElementwiseUnary.Erf);
        double[] exact = Interpreter.run(function, Map.of("x", x)).get("y").doubles();
        double[] found = computed(lowered, x);
        double most = 0;
        for (int i = 0; i < exact.length; i++) {
            most = Math.max(most, Math.abs(found[i] - exact[i]));
            if (Math.abs(exact[i]) > 1e-4) {
                assertThat(found[i]).isBetween(-1.0, 1.0);
                assertThat(found[i] / exact[i]).isBetween(0.996, 1.004);
            }
        }
        assertThat(most).isLessThan(8e-4);
        // In float32 numbers stay as they are.
        assertThat(NeuralEngineLowering.float32(function, Map.of()).function().operations())
                .anyMatch(operation -> operation.op() instanceof ElementwiseUnary.Erf);
    }

    @ParameterizedTest(name = "axis {1} of {0}, exclusive {2}, reverse {3}")
    @CsvSource({
        "7, 0, false, false", "7, 0, true, true",
        "512, 0, false, true", "513, 0, true, false",
        "1100, 0, false, false", "1100, 0, true, true",
        "3x600, 1, false, true", "600x3, 0, true, false",
        "2x5x4, 1, true, true", "2x1025x4, -2, false, false"
    })
    void sumsSoFarAreProducts(String shape, int axis, boolean exclusive, boolean reverse) {
        int[] dims = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        var function =
                function(
                        port(dims),
                        x ->
                                Tensor.of(
                                        new CumulativeOperation.Cumsum(
                                                x, axis, exclusive, reverse)));
        NDArray x = normal(1, dims);
        var lowered = NeuralEngineLowering.float32(function, Map.of());
        assertThat(lowered.function().operations())
                .noneMatch(operation -> operation.op() instanceof CumulativeOperation.Cumsum)
                .noneMatch(operation ->
                        operation.op() instanceof Leaf.Const(NDArray value)
                                && value.size() > 512 * 512);
        assertThat(computed(lowered, x))
                .usingComparatorWithPrecision(1e-4)
                .containsExactly(Interpreter.run(function, Map.of("x", x)).get("y").doubles());
    }

    @ParameterizedTest(name = "of numbers times {0}")
    @CsvSource({"5000", "1", "0.0001"})
    void normsSquareNothingLarge(double scale) {
        NDArray x = normal(scale, 3, 8);
        List<Function<Tensor, Tensor>> norms =
                List.of(
                        of -> of.norm(1),
                        of -> of.square().sum(1).sqrt(),
                        of -> of.norm().reshape(1));
        for (var norm : norms) {
            var function = function(port(3, 8), norm);
            double[] found = computed(NeuralEngineLowering.float16(function, Map.of()), x);
            double[] exact = Interpreter.run(function, Map.of("x", x)).get("y").doubles();
            for (int i = 0; i < exact.length; i++) {
                assertThat(found[i] / exact[i]).isBetween(0.99, 1.01);
            }
        }
        var function = function(port(3, 8), of -> of.norm(1));
        double[] zeros = new double[3];
        assertThat(computed(NeuralEngineLowering.float16(function, Map.of()), normal(0, 3, 8)))
                .isEqualTo(zeros);
    }

    @ParameterizedTest(name = "of points {0} apart")
    @CsvSource({"500", "0.001", "0"})
    void distancesHaveGradients(double scale) {
        Port anchor = port(4, 8);
        var positive = new Port("p", Role.BATCH, anchor.type());
        var negative = new Port("n", Role.BATCH, anchor.type());
        Tensor loss =
                Losses.tripletMargin(1).of(anchor.tensor(), positive.tensor(), negative.tensor());
        Tensor slope = ReverseMode.gradients(loss, List.of(anchor.tensor())).getFirst();
        var function = Program.Function.of("f", List.of(Program.Output.result("y", slope)));
        Map<String, NDArray> points =
                Map.of(
                        "x", normal(scale, 4, 8),
                        "p", normal(0, 4, 8),
                        "n", normal(-scale / 3, 4, 8));
        var lowered = NeuralEngineLowering.float16(function, Map.of());
        var inputs = new HashMap<String, NDArray>();
        for (PortLayout input : lowered.inputs()) {
            inputs.put(input.lowered().name(), input.lower(points.get(input.port().name())));
        }
        PortLayout output = lowered.outputs().getFirst();
        NDArray found = Interpreter.run(lowered.function(), inputs).get(output.lowered().name());
        assertThat(output.raise(found).doubles())
                .usingComparatorWithPrecision(2e-3)
                .containsExactly(Interpreter.run(function, points).get("y").doubles());
    }

    @Test
    void valuesWithoutAxesHaveOne() {
        Function<Tensor, Tensor> made =
                x -> {
                    Tensor mean = x.mean();
                    Tensor most = x.abs().max();
                    Tensor shifted = mean.add(1).mul(most).tanh();
                    Tensor chosen = mean.greater(0).where(shifted, most.neg());
                    Tensor pair = Tensor.stack(0, List.of(mean, Tensor.constant(2))).sum(0);
                    return x.mul(chosen)
                            .add(pair)
                            .add(chosen.expandDims(0, 1))
                            .add(x.argmax(1).cast(DType.FLOAT32).sum().reshape(1, 1));
                };
        var function = function(port(3, 8), made);
        NDArray x = normal(1, 3, 8);
        var lowered = NeuralEngineLowering.float32(function, Map.of());
        assertThat(lowered.function().operations()).allSatisfy(LoweredFormsTest::requireAxes);
        assertThat(computed(lowered, x))
                .usingComparatorWithPrecision(1e-4)
                .containsExactly(Interpreter.run(function, Map.of("x", x)).get("y").doubles());
    }

    @Test
    void whatFillsBecomesFloat16() {
        var labels = new Port("x", Role.BATCH, TensorType.int32(Shape.shape(2, 3)));
        NDArray value = NDArray.full(TensorType.float32(Shape.shape()), 0.5);
        var function =
                function(
                        labels,
                        x -> Tensor.of(new TensorOperation.FillLike(x, value)).mul(2).add(1));
        var lowered = NeuralEngineLowering.float16(function, Map.of());
        NDArray x = NDArray.full(labels.type(), 7);
        assertThat(computed(lowered, x)).containsOnly(2);
    }

    private static void requireAxes(Operation operation) {
        if (!(operation.op() instanceof Leaf)) {
            assertThat(operation.results()).allMatch(result -> result.rank() > 0);
        }
    }
}
