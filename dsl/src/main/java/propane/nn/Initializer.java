package propane.nn;

import propane.tensor.Preconditions;
import propane.tensor.Shape;

/** The values of a weight at the start; random ones depend on the seed and the weight's path. */
@FunctionalInterface
public interface Initializer {
    /**
     * Returns the elements in row-major order.
     *
     * @param shape the weight's shape
     * @param seed the training's seed
     * @param path the weight's path: the stream of its random numbers
     */
    float[] values(Shape shape, long seed, String path);

    /** Returns zeros. */
    static Initializer zeros() {
        return constant(0);
    }

    /** Returns one value everywhere. */
    static Initializer constant(double value) {
        return new Initializers.Constant((float) value);
    }

    /** Returns normal values of mean 0. */
    static Initializer normal(double stddev) {
        return new Initializers.Normal(Preconditions.notNegative("normal: the deviation", stddev));
    }

    /** Returns values spread evenly from −limit to limit. */
    static Initializer uniform(double limit) {
        return new Initializers.Uniform(Preconditions.notNegative("uniform: the limit", limit));
    }

    /**
     * Returns values spread evenly within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010);
     * what {@link Layer#dense} starts with.
     */
    static Initializer glorotUniform() {
        return new Initializers.GlorotUniform();
    }

    /**
     * Returns normal values of variance 2 / fan in (He et al., 2015), for layers before relu; what
     * {@link Layer#conv2d} starts with.
     */
    static Initializer heNormal() {
        return new Initializers.HeNormal();
    }
}
