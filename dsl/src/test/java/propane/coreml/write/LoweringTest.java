package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Convolution;
import propane.spi.op.CounterRandom;
import propane.spi.op.DecomposedForMil;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Pool;
import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Reduction;
import propane.spi.op.Role;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;

/** What is written for Core ML computes what the program computed. */
class LoweringTest {
    static Stream<OpSample.Made> operations() {
        return OpSamples.made().filter(made -> !(made.operation().op() instanceof RandomNumbers));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyOpKeepsItsValue(OpSample.Made made) {
        var before = Program.Function.of("f", outputs(made.results()));
        var after = ProgramPackage.lower(Program.of(before)).function("f");
        assertThat(after.operations()).allSatisfy(LoweringTest::requireTaken);
        var expected = Interpreter.runExact(before.values(), made.values());
        var actual = Interpreter.runExact(after.values(), made.values());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i))
                    .as("%s", made)
                    .usingComparatorWithPrecision(1e-5)
                    .containsExactly(expected.get(i));
        }
    }

    private static List<Program.Output> outputs(List<Tensor> results) {
        return results.stream()
                .map(result -> Program.Output.result("y" + result.index(), result))
                .toList();
    }

    /** What Core ML's own type rules refuse, or leave open. */
    private static void requireTaken(Operation operation) {
        assertThat(operation.op()).isNotInstanceOf(DecomposedForMil.class);
        switch (operation.op()) {
            case Pool.MaxPool pool -> assertThat(pool.ceilMode()).isFalse();
            case Pool.AvgPool pool -> assertThat(pool.ceilMode()).isFalse();
            case Convolution.Conv conv when !(conv.weight().op() instanceof Leaf.Const) ->
                    assertThat(conv.dilations()).containsOnly(1);
            case TensorOperation.Select(var cond, var a, var b) -> {
                Shape without = Tensor.of(new TensorOperation.Select(truth(), a, b)).shape();
                assertThat(without).isEqualTo(operation.result(0).shape());
                assertThat(cond.rank()).isLessThanOrEqualTo(without.rank());
            }
            case Reduction reduction -> assertThat(reduction.axes()).isNotEmpty();
            case TensorTransformation.Reshape(_, var shape) -> assertThat(shape).isNotEmpty();
            default -> {
                // Written as it is.
            }
        }
    }

    private static Tensor truth() {
        return Tensor.constant(NDArray.full(new TensorType(DType.BOOL, Shape.shape()), 1));
    }

    @Test
    void randomNumbersComeFromTheHost() {
        Port seed = new Port("seed", Role.HYPER, TensorType.int32(Shape.shape(2)));
        Port step = new Port("step", Role.HYPER, TensorType.int32(Shape.shape(1)));
        Port x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(2, 3)));
        Tensor count = step.tensor();
        Tensor drawn =
                Tensor.of(
                        new RandomNumbers.CounterUniform(
                                seed.tensor(), count, "dropout_1", Shape.shape(2, 3)));
        var function =
                Program.Function.of(
                        "train",
                        List.of(
                                Program.Output.result("y", x.tensor().add(drawn)),
                                Program.Output.replacing(
                                        step,
                                        count.add(Tensor.constant(NDArray.of(new int[] {1}))))));
        var lowered = ProgramPackage.lower(Program.of(function)).function("train");
        var drawnPort =
                new Port(
                        "random/uniform/dropout_1",
                        Role.RANDOM,
                        TensorType.float32(Shape.shape(2, 3)));
        // The seed is needed no more, the step still counts.
        assertThat(lowered.inputs()).containsExactlyInAnyOrder(x, step, drawnPort);
        var values = new HashMap<String, NDArray>();
        values.put("x", NDArray.full(x.type(), 1));
        values.put("step", NDArray.of(new int[] {7}));
        values.put("seed", NDArray.of(new int[] {3, 4}));
        NDArray expected = Interpreter.run(function, values).get("y");
        long mixed = CounterRandom.bits((4L << 32) | 3, 0, 7);
        double[] filled = new double[6];
        for (int i = 0; i < filled.length; i++) {
            filled[i] = CounterRandom.uniform(mixed, CounterRandom.stream("dropout_1"), i);
        }
        values.put(drawnPort.name(), NDArray.of(filled, drawnPort.type()));
        assertThat(Interpreter.run(lowered, values).get("y").floats())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(expected.floats());
    }
}
