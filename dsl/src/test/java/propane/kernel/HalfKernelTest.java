package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.cpu.CpuEngine;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Bindings;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Programs of float16 on the CPU engine, against the Interpreter and what is known of them. */
class HalfKernelTest {
    private static final String[] PROVIDERS = {"", "vector", "reference"};

    private static List<Tensor> half(Operation operation) {
        return switch (operation.op()) {
            case Leaf.Input(Port port) when port.type().dtype() == DType.FLOAT32 ->
                    List.of(half(port.name(), port.type().shape()));
            case Leaf.Const(NDArray value) when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.constant(half(value)));
            default -> operation.results();
        };
    }

    private static Tensor half(String name, Shape shape) {
        return new Port(name, Role.BATCH, new TensorType(DType.FLOAT16, shape)).tensor();
    }

    private static NDArray half(NDArray value) {
        return NDArray.of(value.doubles(), value.type().with(DType.FLOAT16));
    }

    private static Program.Function function(List<Tensor> results) {
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < results.size(); i++) {
            outputs.add(Program.Output.result("y" + i, results.get(i)));
        }
        return Program.Function.of("f", outputs);
    }

    private static Map<String, NDArray> run(
            String provider, Program.Function function, Map<String, NDArray> inputs) {
        Program program = Program.of(function);
        var engine = provider.isEmpty() ? new CpuEngine() : CpuEngine.forcing(provider);
        var found = new LinkedHashMap<String, NDArray>();
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = engine.compile(program, bindings)) {
            inputs.forEach(bindings::write);
            // The second run meets the work memory that the first one left.
            compiled.run("f");
            compiled.run("f");
            function.outputs()
                    .forEach(output ->
                            found.put(output.port().name(), bindings.read(output.port().name())));
        }
        return found;
    }

    private static NDArray run(Tensor result, Map<String, NDArray> inputs) {
        var function = function(List.of(result));
        NDArray expected = Interpreter.run(function, inputs).get("y0");
        for (String provider : PROVIDERS) {
            assertThat(run(provider, function, inputs).get("y0")).isEqualTo(expected);
        }
        return expected;
    }

    private static NDArray halves(double... values) {
        return NDArray.of(values, new TensorType(DType.FLOAT16, Shape.shape(values.length)));
    }

    @ParameterizedTest(name = "provider \"{0}\"")
    @ValueSource(strings = {"", "vector", "reference"})
    void everyOpOfHalvesIsComputedAsItEvaluates(String provider) {
        int[] counts = new int[1];
        OpSamples.made().forEach(made -> counts[0] += check(provider, made) ? 1 : 0);
        assertThat(counts[0]).isGreaterThan(100);
    }

    private static boolean check(String provider, OpSample.Made made) {
        var function = function(Graph.rewrite(made.results(), HalfKernelTest::half));
        if (function.operations().stream()
                .flatMap(operation -> operation.results().stream())
                .noneMatch(result -> result.dtype() == DType.FLOAT16)) {
            return false;
        }
        var inputs = new LinkedHashMap<String, NDArray>();
        for (Port port : function.inputs()) {
            inputs.put(port.name(), NDArray.of(made.values().get(port.name()), port.type()));
        }
        var expected = Interpreter.run(function, inputs);
        var found = run(provider, function, inputs);
        // A function that is not exact in float32 may end at the next float16.
        expected.forEach(
                (name, value) -> Near.assertNear(found.get(name), value, 0x1p-10, made.name()));
        return true;
    }

    @Test
    void sumsAreRoundedAtEveryElementAndProductsAtTheEnd() {
        double[] ones = new double[3000];
        Arrays.fill(ones, 1);
        Tensor x = half("x", Shape.shape(3000));
        var inputs = Map.of("x", halves(ones));
        // 2048 + 1 is 2048 in float16.
        assertThat(run(x.sum(0), inputs).at(0)).isEqualTo(2048);
        assertThat(run(x.reshape(1, 3000).matmul(x.reshape(3000, 1)), inputs).at(0))
                .isEqualTo(3000);
        Tensor rows = x.reshape(3000, 1).broadcastTo(Shape.shape(3000, 3));
        assertThat(run(rows.add(0).sum(0), inputs).doubles()).containsOnly(2048);
    }

    @Test
    void productsBeyond32752AreInfinite() {
        Tensor x = half("x", Shape.shape(4));
        var inputs = Map.of("x", halves(32_752, 32_768, -32_752, -60_000));
        Tensor one = Tensor.constant(halves(1)).reshape(1, 1);
        double inf = Double.POSITIVE_INFINITY;
        assertThat(run(x.reshape(4, 1).matmul(one), inputs).doubles())
                .containsExactly(32_752, inf, -32_752, -inf);
        assertThat(run(x.mul(1.5), inputs).doubles())
                .containsExactly(49_120, 49_152, -49_120, -inf);
    }

    @Test
    void operationsRoundOneByOne() {
        Tensor x = half("x", Shape.shape(2));
        var inputs = Map.of("x", halves(2048, 1e-4));
        assertThat(run(x.add(1).sub(2048), inputs).doubles()).containsExactly(0, -2047);
        // 1e-8 is no float16.
        assertThat(run(x.mul(x), inputs).at(1)).isZero();
    }

    @Test
    void gradientsOfReciprocalsStayFinite() {
        Tensor x = half("x", Shape.shape(2));
        var inputs = Map.of("x", halves(4e-4, 2e-3));
        Tensor small = Tensor.constant(halves(1e-2, 1e-2));
        for (Tensor y : List.of(x.rsqrt(), Tensor.of(new ElementwiseUnary.Inverse(x, 0)))) {
            Tensor gradient = ReverseMode.gradients(y.mul(small).sum(0), List.of(x)).getFirst();
            double[] found = run(gradient, inputs).doubles();
            assertThat(Arrays.stream(found)).allMatch(Double::isFinite);
        }
    }
}
