package propane.nn;

import propane.nn.rule.Names;
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
     * @param scope where weights and buffers are declared
     * @param x the input, its first axis the batch
     */
    Tensor apply(Scope scope, Tensor x);

    /**
     * Returns this layer with the weights of another one in place of its own of the same names, for
     * example an output projection with those of the embedding (Press and Wolf, 2017). There is one
     * weight then: its gradient is the sum of both uses', a checkpoint holds it once, at the other
     * layer's path. Weights that the other layer does not have stay this one's own.
     *
     * {@snippet :
     * var model =
     *         model(
     *                 tokens(6),
     *                 sequential(
     *                         embedding(20, 8),
     *                         encoderBlock(2).causal(),
     *                         dense(20).bias(false).tiedTo("embedding_1")));
     * System.out.println(model.summary());
     * }
     *
     * @param path the other layer's path, beginning in any part around this layer; it must have
     *     been applied before
     */
    default Layer tiedTo(String path) {
        return new Tied(path, this);
    }

    /**
     * Returns whether the layer slides a window over the axes after the channels, which {@link
     * Model#summary} then counts, as a shape alone does not show which they are; by default not.
     */
    default boolean slides() {
        return false;
    }

    /**
     * Returns what a layer of this kind is called in paths, for example {@code dense}: the name of
     * its class in snake case; of a lambda, {@code layer}.
     */
    default String kind() {
        return Names.kind(getClass(), "layer");
    }
}
