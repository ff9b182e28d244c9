package propane.samples;

import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A way to make operations of one kind for tests.
 *
 * @param name says what is special about it, {@code ""} if nothing is
 * @param make makes the op, drawing operands and constants
 * @param isDifferentiated whether a difference quotient must agree with the op's vjp
 */
public record OpSample(String name, Function<Draw, Op> make, boolean isDifferentiated) {
    /** Returns a sample of an ordinary op. */
    public static OpSample of(Function<Draw, Op> make) {
        return new OpSample("", make, true);
    }

    /** Returns a sample with a name of its own. */
    public static OpSample of(String name, Function<Draw, Op> make) {
        return new OpSample(name, make, true);
    }

    /** Returns this sample for an op whose gradient is not that of its value, on purpose. */
    public OpSample notDifferentiated() {
        return new OpSample(name, make, false);
    }

    /** Makes the operation that belongs to a seed. */
    public Made make(long seed) {
        var draw = new Draw(seed);
        Op op = make.apply(draw);
        String text =
                OpSchema.of(op).name() + (name.isEmpty() ? "" : " " + name) + ", seed " + seed;
        return new Made(text, Operation.of(op), draw);
    }

    /**
     * One sample operation.
     *
     * @param name its op, sample and seed
     * @param operation the operation
     * @param draw where its operands' values came from, for more of them
     */
    public record Made(String name, Operation operation, Draw draw) {
        /** Returns the results. */
        public List<Tensor> results() {
            return operation.results();
        }

        /** Returns the values of the operands by the names of their ports. */
        public Map<String, double[]> values() {
            return draw.values();
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
