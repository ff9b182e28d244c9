package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * Random numbers as functions of a seed, a path and the step, so that a resumed run draws what the
 * unbroken one would have. MIL has only numbers of a constant seed; the Core ML lowering turns
 * these ops into ports that the host fills.
 */
public sealed interface RandomNumbers extends Op {
    /** Returns the seed, int32 [2]: low and high word. */
    Tensor seed();

    /** Returns the step, int32 [1]. */
    Tensor step();

    /** Returns the name of the stream of numbers. */
    String path();

    /** Returns the shape of the result. */
    Shape shape();

    @Override
    default TensorType infer() {
        return TensorType.float32(shape());
    }

    @Override
    default void vjp(Adjoint adjoint) {
        // Random numbers depend on nothing one could differentiate by.
    }

    /** Returns the seed that belongs to one step of a run. */
    static long seedOf(int low, int high, int step) {
        return CounterRandom.bits(((long) high << 32) | (low & 0xFFFFFFFFL), 0, step);
    }

    /**
     * Numbers spread evenly from 0 up to but not including 1.
     *
     * @param seed int32 [2]
     * @param step int32 [1]
     * @param path the name of the stream
     * @param shape the shape of the result
     */
    record CounterUniform(Tensor seed, Tensor step, String path, Shape shape)
            implements RandomNumbers {
        @Override
        public void evaluate(Evaluation e) {
            double[] words = e.of(seed);
            long mixed = seedOf((int) words[0], (int) words[1], (int) e.of(step)[0]);
            long stream = CounterRandom.stream(path);
            double[] y = e.result();
            for (int i = 0; i < y.length; i++) {
                y[i] = CounterRandom.uniform(mixed, stream, i);
            }
        }
    }

    /**
     * Standard normal numbers.
     *
     * @param seed int32 [2]
     * @param step int32 [1]
     * @param path the name of the stream
     * @param shape the shape of the result
     */
    record CounterNormal(Tensor seed, Tensor step, String path, Shape shape)
            implements RandomNumbers {
        @Override
        public void evaluate(Evaluation e) {
            double[] words = e.of(seed);
            long mixed = seedOf((int) words[0], (int) words[1], (int) e.of(step)[0]);
            long stream = CounterRandom.stream(path);
            double[] y = e.result();
            for (int i = 0; i < y.length; i++) {
                y[i] = CounterRandom.normal(mixed, stream, i);
            }
        }
    }
}
