package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.cpu.CpuEngine;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/** Operations of int32 wrap around, by every provider and by the interpreter. */
final class IntegerKernelTest {
    private static final int[] VALUES = {
        0,
        1,
        -1,
        7,
        -7,
        46_341,
        65_536,
        -65_537,
        1_234_567_891,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };
    private static final int COUNT = VALUES.length * VALUES.length;
    private static final Port X = port("x");
    private static final Port Y = port("y");

    private static Port port(String name) {
        return new Port(name, Role.BATCH, TensorType.int32(Shape.shape(COUNT)));
    }

    private final Map<String, Tensor> results = new LinkedHashMap<>();
    private final Map<String, int[]> expected = new LinkedHashMap<>();
    private final int[] x = new int[COUNT];
    private final int[] y = new int[COUNT];

    private void expect(String name, Tensor result, IntBinaryOperator exact) {
        int[] values = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = exact.applyAsInt(x[i], y[i]);
        }
        results.put(name, result);
        expected.put(name, values);
    }

    private void expect(String name, Tensor result, int value) {
        results.put(name, result.reshape(1));
        expected.put(name, new int[] {value});
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "reference", "interpreter"})
    void integersWrapAround(String by) {
        int sum = 0;
        int product = 1;
        for (int i = 0; i < COUNT; i++) {
            x[i] = VALUES[i / VALUES.length];
            y[i] = VALUES[i % VALUES.length];
            sum += x[i];
            product *= x[i] == 0 ? 1 : x[i];
        }
        Tensor a = X.tensor();
        Tensor b = Y.tensor();
        expect("sum", a.add(b), (p, q) -> p + q);
        expect("difference", a.sub(b), (p, q) -> p - q);
        expect("product", a.mul(b), (p, q) -> p * q);
        expect("square", a.square(), (p, _) -> p * p);
        expect("magnitude", a.abs(), (p, _) -> Math.abs(p));
        expect("smaller", a.minimum(b), Math::min);
        expect("larger", a.maximum(b), Math::max);
        Tensor divisor = b.equal(0).where(Tensor.onesLike(b), b);
        expect("quotient", a.div(divisor), (p, q) -> p / (q == 0 ? 1 : q));
        expect("whole", a.sum(), sum);
        expect("all multiplied", a.equal(0).where(Tensor.onesLike(a), a).prod(), product);
        run(by);
    }

    private void run(String by) {
        var outputs = new ArrayList<Program.Output>();
        results.forEach((name, result) -> outputs.add(Program.Output.result(name, result)));
        var function = Program.Function.of("f", outputs);
        Map<String, NDArray> inputs =
                Map.of("x", NDArray.of(x, X.type().shape()), "y", NDArray.of(y, Y.type().shape()));
        Map<String, NDArray> found =
                by.equals("interpreter")
                        ? Interpreter.run(function, inputs)
                        : CpuEngineTest.run(CpuEngine.forcing(by), function, inputs, 1);
        expected.forEach((name, values) ->
                assertThat(found.get(name).ints()).as(name + " by " + by).isEqualTo(values));
    }
}
