package propane.nn;

import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Where a layer declares its weights and states. A scope knows the path of names above it, and
 * whether the layer is being trained.
 */
public interface Scope {
    /** Returns the path of this scope, segments separated by {@code /}; empty at the top. */
    String path();

    /**
     * Declares a trainable weight and returns it. A layer that is applied twice under one name gets
     * the same weight both times.
     *
     * @param name the last segment of its path
     * @param shape its shape
     * @param initializer its values at the start
     */
    Tensor weight(String name, Shape shape, Initializer initializer);

    /**
     * Declares a buffer, such as a running statistic: a value that the model keeps between steps
     * and that is not trained. Returns its current value.
     */
    Tensor buffer(String name, Shape shape, Initializer initializer);

    /**
     * Sets the next value of a buffer.
     *
     * @param buffer what {@link #buffer} returned
     * @param value the next value, of the same type
     */
    void set(Tensor buffer, Tensor value);

    /**
     * Returns the output of a layer below this scope.
     *
     * @param name the layer's segment in paths; the same layer under the same name shares weights
     */
    Tensor apply(String name, Layer layer, Tensor x);

    /**
     * Returns the output of a layer below this scope, under its kind and a number, such as {@code
     * dense_1}; a {@link propane.nn.layer.Layers#named named} layer keeps its name.
     */
    Tensor apply(Layer layer, Tensor x);

    /**
     * Returns the output of a layer in this scope that has the weights of another one in place of
     * its own of the same names.
     *
     * @param path the other layer's path, beginning in any scope around this one
     * @throws propane.tensor.UnknownNameException if no layer with weights was applied there, or
     *     none of its names is asked for
     * @throws propane.tensor.ShapeException if a weight there has another shape
     */
    Tensor tied(String path, Layer layer, Tensor x);

    /** Returns random numbers from 0 up to 1, other ones at each step. */
    Tensor uniform(Shape shape);

    /** Returns standard normal random numbers, other ones at each step. */
    Tensor normal(Shape shape);

    /**
     * Returns whether the layer is being trained: not when predicting or evaluating, and not in a
     * frozen part of a model.
     */
    boolean training();
}
