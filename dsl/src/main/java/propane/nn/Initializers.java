package propane.nn;

import propane.spi.Preconditions;
import propane.spi.op.CounterRandom;
import propane.tensor.Shape;

import java.util.Arrays;

/** The built-in first values of weights. */
public final class Initializers {
    private Initializers() {}

    /** Returns zeros. */
    public static Initializer zeros() {
        return constant(0);
    }

    /** Returns one value everywhere. */
    public static Initializer constant(double value) {
        return new Constant((float) value);
    }

    /** Returns normal values of mean 0. */
    public static Initializer normal(double stddev) {
        return new Normal(Preconditions.notNegative("normal: the deviation", stddev));
    }

    /** Returns values spread evenly from −limit to limit. */
    public static Initializer uniform(double limit) {
        return new Uniform(Preconditions.notNegative("uniform: the limit", limit));
    }

    /**
     * Returns values spread evenly within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010);
     * what {@code dense} starts with.
     */
    public static Initializer glorotUniform() {
        return new GlorotUniform();
    }

    /**
     * Returns normal values of variance 2 / fan in (He et al., 2015), for layers before relu; what
     * {@code conv2d} starts with.
     */
    public static Initializer heNormal() {
        return new HeNormal();
    }

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
