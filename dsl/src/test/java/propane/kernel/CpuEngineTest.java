package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class CpuEngineTest {
    private static final Port A = new Port("a", Role.WEIGHT, TensorType.float32(Shape.shape(5)));
    private static final Port B = new Port("b", Role.WEIGHT, TensorType.float32(Shape.shape(5)));

    static Map<String, NDArray> run(
            Engine engine, Program.Function function, Map<String, NDArray> inputs, int times) {
        var program = Program.of(function);
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            inputs.forEach(bindings::write);
            for (int i = 0; i < times; i++) {
                compiled.run(function.name());
            }
            var values = new LinkedHashMap<String, NDArray>();
            bindings.ports().forEach(port -> values.put(port.name(), bindings.read(port.name())));
            return values;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "onednn", "vector", "reference"})
    void randomFunctionsComputeWhatTheInterpreterDoes(String provider) {
        Engine engine = provider.isEmpty() ? new CpuEngine() : CpuEngine.forcing(provider);
        for (long seed = 0; seed < 150; seed++) {
            var random = new Random(seed);
            var function = RandomPrograms.function(random, 1 + random.nextInt(60));
            var inputs = RandomPrograms.inputs(function, random);
            var expected = Interpreter.run(function, inputs);
            var actual = run(engine, function, inputs, 1);
            String what = "seed " + seed;
            expected.forEach((name, value) -> Near.assertNear(actual.get(name), value, 2e-5, what));
        }
    }

    @Test
    void twoStatesMayChangePlaces() {
        var swap =
                new Program.Function(
                        "swap",
                        List.of(A, B),
                        List.of(
                                Program.Output.replacing(A, B.tensor()),
                                Program.Output.replacing(B, A.tensor())));
        var one = NDArray.full(A.type(), 1);
        var two = NDArray.full(A.type(), 2);
        var after = run(new CpuEngine(), swap, Map.of("a", one, "b", two), 1);
        assertThat(after).containsEntry("a", two).containsEntry("b", one);
    }

    @Test
    void anOldStateIsReadBeforeItIsReplaced() {
        Tensor a = A.tensor();
        var update =
                Program.Function.of(
                        "update",
                        List.of(
                                Program.Output.replacing(A, a.add(1)),
                                Program.Output.result("old", a),
                                Program.Output.result("sum", a.sum())));
        var after = run(new CpuEngine(), update, Map.of("a", NDArray.full(A.type(), 1)), 3);
        assertThat(after.get("a")).isEqualTo(NDArray.full(A.type(), 4));
        assertThat(after.get("old")).isEqualTo(NDArray.full(A.type(), 3));
        assertThat(after.get("sum").at(0)).isEqualTo(15);
    }

    @Test
    void aRunEndsBeforeTheStateMovesWhenAResultIsNotFinite() {
        Tensor a = A.tensor();
        Tensor next = a.mul(2);
        var update =
                Program.Function.of(
                        "update",
                        List.of(
                                Program.Output.replacing(A, next),
                                Program.Output.replacing(B, next.add(B.tensor())),
                                Program.Output.result("loss", next.log().sum().reshape(1))));
        var program = Program.of(update);
        try (Bindings bindings = Engine.cpu().allocate(program);
                var compiled = Engine.cpu().compile(program, bindings)) {
            bindings.write("a", NDArray.full(A.type(), 1));
            assertThat(compiled.run("update")).isTrue();
            assertThat(bindings.read("b")).isEqualTo(NDArray.full(A.type(), 2));
            bindings.write("a", NDArray.full(A.type(), -1));
            assertThat(compiled.run("update")).isFalse();
            assertThat(bindings.read("a")).isEqualTo(NDArray.full(A.type(), -1));
            assertThat(bindings.read("b")).isEqualTo(NDArray.full(A.type(), 2));
            assertThat(bindings.read("loss").at(0)).isNaN();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "reference"})
    void aSumOverRowsIsExactAndKeepsInfinities(String provider) {
        var x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(5000, 48)));
        double[] values = new double[5000 * 48];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (i % 48 == 0 ? 1000 + i % 7 * 0.1 : Math.sin(i));
        }
        values[3 + 48 * 70] = Double.POSITIVE_INFINITY;
        values[4 + 48 * 80] = Double.NEGATIVE_INFINITY;
        values[5 + 48 * 90] = Double.NaN;
        var sum =
                Program.Function.of("sum", List.of(Program.Output.result("y", x.tensor().sum(0))));
        var inputs = Map.of("x", NDArray.of(values, x.type()));
        var expected = Interpreter.run(sum, inputs).get("y");
        var actual = run(CpuEngine.forcing(provider), sum, inputs, 1).get("y");
        Near.assertNear(actual, expected, 2e-7, provider);
    }

    @Test
    void functionsShareTheirPorts() {
        var twice =
                Program.Function.of(
                        "twice", List.of(Program.Output.replacing(A, A.tensor().mul(2))));
        var next =
                Program.Function.of(
                        "next", List.of(Program.Output.replacing(A, A.tensor().add(1))));
        var program = Program.of(twice, next);
        Engine engine = Engine.cpu();
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            compiled.run("next");
            compiled.run("twice");
            compiled.run("next");
            assertThat(bindings.read("a")).isEqualTo(NDArray.full(A.type(), 3));
            assertThatThrownBy(() -> compiled.run("last"))
                    .isInstanceOf(UnknownNameException.class)
                    .hasMessageContaining("[twice, next]");
        }
    }

    @Test
    void aClosedProgramRefusesToRun() {
        var program =
                Program.of(
                        Program.Function.of("f", List.of(Program.Output.result("y", A.tensor()))));
        try (Bindings bindings = Engine.cpu().allocate(program)) {
            var compiled = Engine.cpu().compile(program, bindings);
            compiled.close();
            compiled.close();
            assertThatThrownBy(() -> compiled.run("f"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void anUnknownProviderIsRefusedByName() {
        assertThatThrownBy(() -> CpuEngine.forcing("cuda"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("there is no provider cuda");
    }
}
