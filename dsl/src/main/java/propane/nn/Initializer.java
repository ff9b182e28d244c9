package propane.nn;

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
}
