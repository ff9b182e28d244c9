package propane.nn;

import propane.tensor.CounterRandom;
import propane.tensor.Shape;

import java.util.Arrays;

/** The built-in initializers as values. */
final class Initializers {
    private Initializers() {}

    record Constant(float value) implements Initializer {
        @Override
        public float[] values(Shape shape, long seed, String path) {
            float[] all = new float[shape.size()];
            Arrays.fill(all, value);
            return all;
        }
    }

    record Normal(double stddev) implements Initializer {
        @Override
        public float[] values(Shape shape, long seed, String path) {
            long stream = CounterRandom.stream(path);
            float[] all = new float[shape.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = (float) (stddev * CounterRandom.normal(seed, stream, i));
            }
            return all;
        }
    }

    record Uniform(double limit) implements Initializer {
        @Override
        public float[] values(Shape shape, long seed, String path) {
            long stream = CounterRandom.stream(path);
            float[] all = new float[shape.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = (float) (limit * (2.0 * CounterRandom.uniform(seed, stream, i) - 1));
            }
            return all;
        }
    }

    record GlorotUniform() implements Initializer {
        @Override
        public float[] values(Shape shape, long seed, String path) {
            double limit = Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)));
            return new Uniform(limit).values(shape, seed, path);
        }
    }

    record HeNormal() implements Initializer {
        @Override
        public float[] values(Shape shape, long seed, String path) {
            return new Normal(Math.sqrt(2.0 / fanIn(shape))).values(shape, seed, path);
        }
    }

    /** Kernels are [out, in, window…]: inputs times window. */
    private static int fanIn(Shape shape) {
        return shape.rank() < 2 ? Math.max(1, shape.size()) : shape.tail().size();
    }

    private static int fanOut(Shape shape) {
        if (shape.rank() < 2) {
            return Math.max(1, shape.size());
        }
        return shape.size() / Math.max(1, shape.dim(1));
    }
}
