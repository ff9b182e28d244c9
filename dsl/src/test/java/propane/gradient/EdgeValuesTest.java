package propane.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.NormReduction;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Gradients where difference quotients cannot tell: at kinks, at ties, at zeros, far out. */
class EdgeValuesTest {
    private static float[] gradient(Function<Tensor, Tensor> function, float... at) {
        Tensor x = new Port("x", Role.WEIGHT, TensorType.float32(Shape.shape(at.length))).tensor();
        Tensor g = ReverseMode.gradients(function.apply(x).sum(), List.of(x)).getFirst();
        return Interpreter.run(List.of(g), Map.of("x", NDArray.of(at))).getFirst().floats();
    }

    @Test
    void kinksAreFlat() {
        assertThat(gradient(Tensor::relu, 0, -0f)).containsExactly(0, 0);
        assertThat(gradient(Tensor::abs, 0)).containsExactly(0);
        assertThat(gradient(Tensor::relu6, 0, 6)).containsExactly(0, 0);
        assertThat(gradient(x -> x.norm(0), 0, 0)).containsExactly(0, 0);
    }

    @Test
    void bothEndsOfARangeLetGradientsThrough() {
        assertThat(gradient(x -> x.clip(-1, 1), -1.5f, -1, 0, 1, 1.5f))
                .containsExactly(0, 1, 1, 1, 0);
    }

    @Test
    void equalElementsShareTheGradient() {
        assertThat(gradient(x -> x.maximum(1), 0, 1, 2)).containsExactly(0, 0.5f, 1);
        assertThat(gradient(x -> x.max(0), 3, 1, 3)).containsExactly(0.5f, 0, 0.5f);
        assertThat(gradient(x -> x.min(0), 1, 1, 3)).containsExactly(0.5f, 0.5f, 0);
    }

    @Test
    void whatIsNotTakenIsSelectedAway() {
        Tensor other = Tensor.constant(NDArray.of(new float[] {Float.NEGATIVE_INFINITY, 0, 5}));
        assertThat(gradient(x -> x.maximum(other), 1, 1, 1)).containsExactly(1, 1, 0);
        assertThat(gradient(x -> other.maximum(x), 1, 1, 1)).containsExactly(1, 1, 0);
        Tensor high = other.neg();
        assertThat(gradient(x -> x.minimum(high), 1, 1, 1)).containsExactly(1, 0, 0);
        Tensor chosen = Tensor.constant(NDArray.of(new float[] {1, -1, 2})).greater(0);
        Tensor x = new Port("x", Role.WEIGHT, TensorType.float32(Shape.shape(3))).tensor();
        Tensor y = chosen.where(x, Tensor.zerosLike(x));
        float inf = Float.POSITIVE_INFINITY;
        Tensor g = Tensor.constant(NDArray.of(new float[] {1, inf, 1}));
        List<Tensor> found = ReverseMode.gradients(List.of(y), List.of(g), List.of(x));
        var at = Map.of("x", NDArray.of(new float[] {1, -1, 2}));
        assertThat(Interpreter.run(found, at).getFirst().floats()).containsExactly(1, 0, 1);
    }

    @Test
    void zerosAndOnesLikeATensorDoNotDependOnIt() {
        var values = NDArray.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, 0, 5});
        Tensor x = new Port("x", Role.WEIGHT, values.type()).tensor();
        var made =
                List.of(
                        Tensor.zerosLike(x),
                        Tensor.onesLike(x),
                        Tensor.fullLike(x, -2),
                        Tensor.full(x.type(), 3));
        var found = Interpreter.run(made, Map.of("x", values));
        assertThat(found.get(0).floats()).containsOnly(0);
        assertThat(found.get(1).floats()).containsOnly(1);
        assertThat(found.get(2).floats()).containsOnly(-2);
        assertThat(found.get(3).floats()).containsOnly(3);
        assertThat(ReverseMode.gradients(Tensor.onesLike(x).sum(), List.of(x)).getFirst().op())
                .isEqualTo(Tensor.zerosLike(x).op());
    }

    @Test
    void zerosDoNoHarmToAProduct() {
        assertThat(gradient(x -> x.prod(0), 2, 3, 0, 5)).containsExactly(0, 0, 30, 0);
        assertThat(gradient(x -> x.prod(0), 2, 0, 0)).containsExactly(0, 0, 0);
        // ∂²(xyz)/∂x∂(x + y + z) = y + z, whatever is 0.
        Function<Tensor, Tensor> first =
                x -> {
                    Tensor g = ReverseMode.gradients(x.prod(0), List.of(x)).getFirst();
                    return g.sum();
                };
        assertThat(gradient(first, 2, 0, 0)).containsExactly(0, 2, 2);
    }

    @Test
    void aPowerOfZeroHasAGradient() {
        assertThat(gradient(x -> x.pow(2), 0, 3)).containsExactly(0, 6);
        assertThat(gradient(x -> Tensor.constant(0).pow(x), 2)).containsExactly(0);
    }

    @Test
    void powersBelowOneHaveTheSignOfTheirBase() {
        assertThat(gradient(x -> x.pow(-1), -2, 4)).containsExactly(-0.25f, -0.0625f);
        assertThat(gradient(x -> x.pow(-2), -2, 4)).containsExactly(0.25f, -0.03125f);
        assertThat(gradient(x -> x.pow(0.5), 4, 0.25f)).containsExactly(0.25f, 1);
        Tensor exponents = Tensor.constant(NDArray.of(new float[] {-1, -2, 1, 3}));
        assertThat(gradient(x -> x.pow(exponents), -2, -2, -2, -2))
                .containsExactly(-0.25f, 0.25f, 1, 12);
    }

    @Test
    void anIndexOutsideTakesNothing() {
        Tensor indices = Tensor.constant(NDArray.of(new int[] {1, -1, 5, 1}));
        assertThat(gradient(x -> x.gather(indices), 7, 8, 9)).containsExactly(0, 2, 0);
    }

    static Stream<Function<Tensor, Tensor>> saturating() {
        return Stream.of(
                Tensor::sigmoid,
                Tensor::tanh,
                Tensor::softplus,
                Tensor::silu,
                Tensor::gelu,
                Tensor::mish,
                Tensor::hardSwish,
                x -> x.elu(1),
                x -> x.softmax(0),
                x -> x.logSoftmax(0),
                x -> x.logSumExp(0),
                x -> Tensor.of(new NormReduction.ReduceLogSumExp(x, List.of(0), true)));
    }

    @ParameterizedTest
    @MethodSource("saturating")
    void gradientsStayFiniteFarOutInFloat32(Function<Tensor, Tensor> function) {
        var x = new Port("x", Role.WEIGHT, TensorType.float32(Shape.shape(7)));
        Tensor leaf = x.tensor();
        Tensor g = ReverseMode.gradients(function.apply(leaf).sum(), List.of(leaf)).getFirst();
        var program = Program.of(Program.Function.of("f", List.of(Program.Output.result("g", g))));
        Engine engine = Engine.cpu();
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            bindings.write("x", NDArray.of(new float[] {-1000, -100, -10, 0, 10, 100, 1000}));
            compiled.run("f");
            for (float each : bindings.read("g").floats()) {
                assertThat(each).isFinite().isBetween(-8f, 8f);
            }
        }
    }
}
