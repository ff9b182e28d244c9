package propane.engine.cpu.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import propane.engine.cpu.math.Lanes;
import propane.spi.Interpreter;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** The functions of loops against their ops' own evaluation, over floats of every magnitude. */
final class FunctionTest {
    private static final int STEP = 30_011;

    /** What is smaller may be 0. */
    private static final double LEAST = 2 * Float.MIN_NORMAL;

    private static final MemorySegment X = floats();
    private static final int COUNT = (int) (X.byteSize() / Float.BYTES);

    /** Bit patterns at even distances, of which some are infinite and many NaN, and the edges. */
    private static MemorySegment floats() {
        float[] edges = {
            0f,
            -0f,
            1f,
            -1f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            88.7f,
            -103.9f,
            127.9f,
            -149.4f
        };
        long patterns = (1L << Integer.SIZE) / STEP;
        var found = Arena.ofAuto().allocate((edges.length + patterns) * Float.BYTES, 64);
        MemorySegment.copy(edges, 0, found, ValueLayout.JAVA_FLOAT, 0, edges.length);
        for (int i = 0; i < patterns; i++) {
            found.setAtIndex(ValueLayout.JAVA_INT, edges.length + i, i * STEP);
        }
        return found;
    }

    private static float at(MemorySegment values, int index) {
        return values.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    private static MemorySegment values(Function function) {
        var y = Arena.ofAuto().allocate(X.byteSize(), 64);
        RowLoop.of(function).run(X, 0, y, 0, COUNT);
        return y;
    }

    private static Op op(Function function, Tensor x) {
        if (function.ops().isEmpty()) {
            return new ElementwiseUnary.Log(x, 0);
        }
        try {
            var kind = function.ops().getFirst();
            return kind.getConstructor(Tensor.class).newInstance(x);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreThoseOfTheOp(Function function) {
        var port = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(COUNT)));
        var inputs = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            inputs[i] = at(X, i);
        }
        var result = Operation.of(op(function, port.tensor())).result(0);
        double[] exact = Interpreter.runExact(List.of(result), Map.of("x", inputs)).getFirst();
        MemorySegment y = values(function);
        for (int i = 0; i < COUNT; i++) {
            float expected = (float) exact[i];
            String what = function + " of " + at(X, i);
            if (Float.isFinite(expected)) {
                double error = Math.abs(at(y, i) - exact[i]);
                assertThat(error)
                        .as(what)
                        .isLessThan(Math.max(LEAST, function.units() * Math.ulp(expected)));
            } else {
                assertThat(at(y, i)).as(what).isEqualTo(Float.valueOf(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void singleElementsHaveTheBitsOfVectors(Function function) {
        MemorySegment whole = values(function);
        var one = Arena.ofAuto().allocate(Float.BYTES);
        RowLoop loop = RowLoop.of(function);
        assertThat(COUNT).isGreaterThan(Lanes.COUNT);
        for (int i = 0; i < COUNT / Lanes.COUNT * Lanes.COUNT; i++) {
            loop.run(X, i, one, 0, 1);
            assertThat(at(one, 0))
                    .as(function + " of " + at(X, i))
                    .isEqualTo(Float.valueOf(at(whole, i)));
        }
    }
}
