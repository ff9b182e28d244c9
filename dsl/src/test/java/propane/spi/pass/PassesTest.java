package propane.spi.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.kernel.Near;
import propane.kernel.RandomPrograms;
import propane.spi.Interpreter;
import propane.spi.Printer;
import propane.spi.Program;
import propane.spi.op.DecomposedForMil;
import propane.spi.op.Linear;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Role;
import propane.spi.op.TensorOperation;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Source;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

class PassesTest {
    private static Tensor port(String name, int... dims) {
        return new Port(name, Role.BATCH, TensorType.float32(Shape.shape(dims))).tensor();
    }

    private final Tensor x = port("x", 2, 3);
    private final Tensor w = port("w", 3);

    private static Program.Function function(Tensor... values) {
        var outputs = new ArrayList<Program.Output>();
        for (Tensor value : values) {
            outputs.add(Program.Output.result("y" + outputs.size(), value));
        }
        return Program.Function.of("f", outputs);
    }

    /** The lines of the operations a pass leaves. */
    private static List<String> after(Pass pass, Tensor... values) {
        return Printer.print(pass.apply(function(values)))
                .lines()
                .dropWhile(line -> !line.endsWith("{"))
                .skip(1)
                .map(String::strip)
                .toList();
    }

    @Test
    void everyPassKeepsTheValuesOfRandomFunctions() {
        var passes = new ArrayList<>(Passes.standard().ordered());
        passes.add(new DeadCode());
        passes.add(new Decompose());
        passes.add(new SquareSums());
        for (long seed = 0; seed < 150; seed++) {
            var random = new Random(seed);
            var function = RandomPrograms.function(random, 1 + random.nextInt(60));
            var inputs = RandomPrograms.inputs(function, random);
            var expected = Interpreter.run(function, inputs);
            for (Pass pass : passes) {
                var changed = new Passes(List.of(pass)).apply(function);
                String what = pass.name() + ", seed " + seed;
                // Folded constants are rounded early, squares that are joined with their sum not at
                // all; all else stays the same bit for bit.
                boolean rounds = pass instanceof ConstantFolding || pass instanceof SquareSums;
                double tolerance = rounds ? 2e-6 : 0;
                var actual = Interpreter.run(changed, inputs);
                expected.forEach(
                        (name, value) -> Near.assertNear(actual.get(name), value, tolerance, what));
            }
            var changed = Passes.standard().apply(function);
            assertThat(changed.operations().size())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(function.operations().size());
        }
    }

    @Test
    void theVerifierNamesThePassThatBreaksAFunction() {
        Pass breaking =
                new Pass() {
                    @Override
                    public String name() {
                        return "breaking";
                    }

                    @Override
                    public Program.Function apply(Program.Function function) {
                        var outputs = new ArrayList<>(function.outputs());
                        var lost = new Port("lost", Role.WEIGHT, x.type());
                        outputs.add(Program.Output.replacing(lost, x));
                        return new Program.Function("f", function.inputs(), outputs);
                    }
                };
        var passes = new Passes(List.of(breaking));
        assertThatThrownBy(() -> passes.apply(function(x)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("after breaking")
                .hasMessageContaining("lost replaces lost, which is no input");
    }

    @Test
    void whatStandsTwiceIsComputedOnce() {
        Tensor again = x.add(w).tanh();
        assertThat(after(new CommonSubexpressions(), x.add(w).tanh().mul(again)))
                .containsExactly(
                        "%add_1: fp32[2, 3] = add(x = x, y = w)",
                        "%tanh_1: fp32[2, 3] = tanh(x = %add_1)",
                        "%mul_1: fp32[2, 3] = mul(x = %tanh_1, y = %tanh_1)",
                        "} -> (",
                        "result y0 = %mul_1)");
    }

    @Test
    void equalDrawsMergeAndDrawsOfOtherPathsDoNot() {
        Tensor seed = new Port("seed", Role.HYPER, TensorType.int32(Shape.shape(2))).tensor();
        Tensor step = new Port("step", Role.HYPER, TensorType.int32(Shape.shape(1))).tensor();
        Shape shape = Shape.shape(4);
        Tensor a = Tensor.of(new RandomNumbers.CounterUniform(seed, step, "a", shape));
        Tensor same = Tensor.of(new RandomNumbers.CounterUniform(seed, step, "a", shape));
        Tensor other = Tensor.of(new RandomNumbers.CounterUniform(seed, step, "b", shape));
        var merged = new CommonSubexpressions().apply(function(a.add(same), a.add(other)));
        assertThat(
                        merged.operations().stream()
                                .filter(o -> o.op() instanceof RandomNumbers.CounterUniform))
                .hasSize(2);
    }

    @Test
    void constantsAreComputedAtOnceIfTheyAreSmall() {
        Tensor two = Tensor.constant(1).add(1);
        assertThat(after(new ConstantFolding(), x.mul(two.sqrt())))
                .containsExactly(
                        "%mul_1: fp32[2, 3] = mul(x = x, y = fp32[] {1.4142135381698608})",
                        "} -> (", "result y0 = %mul_1)");
        Tensor large = Tensor.constant(NDArray.full(TensorType.float32(Shape.shape(9)), 4)).sqrt();
        assertThat(after(new ConstantFolding(8), large)).anyMatch(line -> line.contains("sqrt"));
        assertThat(after(new ConstantFolding(9), large)).noneMatch(line -> line.contains("sqrt"));
    }

    @Test
    void whatChangesNothingIsDropped() {
        Tensor y = x.mul(1).div(1).sub(0).stopGradient().pow(1).add(-0.0);
        assertThat(after(new Simplify(), y)).containsExactly("} -> (", "result y0 = x)");
        assertThat(after(new Simplify(), x.square().add(0)))
                .containsExactly(
                        "%square_1: fp32[2, 3] = square(x = x)",
                        "} -> (", "result y0 = %square_1)");
        assertThat(after(new Simplify(), x.transpose(1, 0).transpose(1, 0)))
                .containsExactly("} -> (", "result y0 = x)");
        assertThat(after(new Simplify(), x.reshape(3, 2).reshape(6).reshape(2, 3)))
                .containsExactly("} -> (", "result y0 = x)");
    }

    @Test
    void whatWouldChangeABitIsNotDropped() {
        // −0 + 0 is 0; 0 · ∞ is no number; x · 1 may stretch.
        for (Tensor y : List.of(x.add(0), x.mul(0), w.mul(Tensor.constant(ones(2, 3))))) {
            assertThat(new Simplify().apply(function(y)).values()).containsExactly(y);
        }
    }

    private static NDArray ones(int... dims) {
        return NDArray.full(TensorType.float32(Shape.shape(dims)), 1);
    }

    @Test
    void stretchingIsLeftToTheNextOperation() {
        Tensor stretched = w.broadcastTo(x.shape());
        assertThat(after(new Simplify(), x.mul(stretched)))
                .containsExactly(
                        "%mul_1: fp32[2, 3] = mul(x = x, y = w)", "} -> (", "result y0 = %mul_1)");
        assertThat(after(new Simplify(), x.add(Tensor.constant(ones(2, 3)))))
                .containsExactly(
                        "%add_1: fp32[2, 3] = add(x = x, y = fp32[] {1.0})",
                        "} -> (", "result y0 = %add_1)");
        assertThat(after(new Simplify(), x.add(Tensor.full(x.type(), 2))))
                .containsExactly(
                        "%add_1: fp32[2, 3] = add(x = x, y = fp32[] {2.0})",
                        "} -> (", "result y0 = %add_1)");
        // Nothing else gives the result its shape.
        assertThat(after(new Simplify(), stretched.tanh()).getFirst()).contains("broadcast_to");
    }

    @Test
    void productsReadTheirFactorsTransposed() {
        Tensor product = x.transpose(1, 0).matmul(port("v", 4, 2).transpose(-1, 0));
        assertThat(after(new TransposeFolding(), product))
                .containsExactly(
                        "%matmul_1: fp32[3, 4] = matmul(x = x, y = v, transpose_x = true,"
                                + " transpose_y = true)",
                        "} -> (", "result y0 = %matmul_1)");
        Tensor turned = port("u", 3, 2, 2).transpose(2, 1, 0);
        Tensor batches = turned.matmul(port("t", 3, 2));
        assertThat(new TransposeFolding().apply(function(batches)).values())
                .containsExactly(batches);
        Tensor twice =
                Tensor.of(new Linear.Matmul(x.transpose(1, 0), port("v", 3, 2), true, false));
        assertThat(after(new TransposeFolding(), twice).getFirst())
                .contains("x = x", "transpose_x = false");
    }

    @Test
    void expansionsTakeOverTheSource() {
        var source = new Source("at Mine.java:7");
        var operation = Operation.of(new TensorOperation.StopGradient(x.tanh()), source);
        var expanded = new Decompose().apply(function(operation.result(0)));
        assertThat(expanded.operations()).noneMatch(o -> o.op() instanceof DecomposedForMil);
        var kept = new Decompose(_ -> false).apply(function(operation.result(0)));
        assertThat(kept.operations()).anyMatch(o -> o.op() instanceof DecomposedForMil);
    }

    @Test
    void inputsThatNothingNeedsAreDropped() {
        Port a = new Port("a", Role.WEIGHT, TensorType.float32(Shape.shape(3)));
        Port b = new Port("b", Role.BATCH, TensorType.float32(Shape.shape(3)));
        Port c = new Port("c", Role.BATCH, TensorType.float32(Shape.shape(3)));
        var function =
                new Program.Function(
                        "f",
                        List.of(a, b, c),
                        List.of(
                                Program.Output.replacing(a, c.tensor()),
                                Program.Output.result("y", b.tensor().tanh())));
        assertThat(new DeadCode().apply(function).inputs()).containsExactly(a, b, c);
        var kept = DeadCode.keeping(function, Program.Output::replaces);
        assertThat(kept.inputs()).containsExactly(a, c);
        assertThat(kept.outputs()).hasSize(1);
    }

    @Test
    void foldingRoundsAsAnEngineWould() {
        Tensor third = Tensor.constant(1).div(3);
        Tensor half = third.cast(DType.FLOAT16).cast(DType.FLOAT32);
        var folded = new ConstantFolding().apply(function(half));
        float value = Interpreter.run(folded, Map.of()).get("y0").floats()[0];
        assertThat(value).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(1f / 3)));
    }
}
