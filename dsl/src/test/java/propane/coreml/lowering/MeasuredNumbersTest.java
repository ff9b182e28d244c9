package propane.coreml.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Each deviation as it was measured, by the interpreter and by the CPU engine's kernels. */
class MeasuredNumbersTest {
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static void holds(UnaryOperator<Tensor> ops, double[] given, double... expected) {
        var type = new TensorType(DType.FLOAT16, Shape.shape(given.length));
        Port x = new Port("x", Role.BATCH, type);
        Tensor y = ops.apply(x.tensor());
        var function =
                new MeasuredNumbers()
                        .apply(Program.Function.of("f", List.of(Program.Output.result("y", y))));
        NDArray value = NDArray.of(given, type);
        var interpreted = Interpreter.run(function, Map.of("x", value));
        assertThat(interpreted.get("y").doubles()).containsExactly(expected);
        Program program = Program.of(function);
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            bindings.write("x", value);
            compiled.run("f");
            assertThat(bindings.read("y").doubles()).containsExactly(expected);
        }
    }

    @Test
    void slicesBehindTheStartOfTheLastAxisEndEarly() {
        double[] given = {1, 5000, -6000, 4094, 3};
        holds(x -> x.slice(new int[] {1}, new int[] {5}), given, 4094, -4094, 4094, 3);
        holds(x -> x.slice(new int[] {0}, new int[] {3}), given, 1, 5000, -6000);
        holds(
                x -> x.reshape(5, 1).slice(new int[] {1, 0}, new int[] {3, 1}).reshape(2),
                given,
                5000,
                -6000);
    }

    @Test
    void nothingIsEverNotANumber() {
        double[] given = {INFINITE, -INFINITE, 2, 0, -1};
        holds(x -> x.sub(x), given, 0, 0, 0, 0, 0);
        holds(x -> x.mul(0.5), given, -52416, -52416, 1, 0, -0.5);
        holds(Tensor::log, given, 0, 0, 0.693359375, -INFINITE, 0);
        holds(Tensor::sqrt, given, INFINITE, 0, 1.4140625, 0, 0);
    }
}
