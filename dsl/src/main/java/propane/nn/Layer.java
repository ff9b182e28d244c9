package propane.nn;

import propane.tensor.Tensor;

/**
 * An immutable description of a layer. Applied to a tensor it declares its weights in the scope and
 * returns its output; built-in layers have no other means than a user's own.
 */
@FunctionalInterface
public interface Layer {
    /**
     * Returns the layer's output.
     *
     * @param scope where weights and states are declared
     * @param x the input, its first axis the batch
     */
    Tensor apply(Scope scope, Tensor x);

    /**
     * Returns what a layer of this kind is called in paths, for example {@code dense}: the name of
     * its class in snake case; of a lambda, {@code layer}.
     */
    default String kind() {
        return Names.kind(getClass(), "layer");
    }
}
