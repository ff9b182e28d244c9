package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * A vector for each number below a vocabulary's size: int32 [n, …] becomes [n, …, width]. A number
 * outside becomes zeros.
 *
 * @param vocabulary the number of vectors
 * @param width their length
 * @param initializer their values at the start; normal with a standard deviation of 0.02 by default
 */
record Embedding(int vocabulary, int width, Initializer initializer) implements Layer {
    /** Checks the settings. */
    Embedding {
        Preconditions.atLeast(1, "embedding: the vocabulary", vocabulary);
        Preconditions.atLeast(1, "embedding: the width", width);
        Preconditions.given("embedding: initializer", initializer);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        if (x.dtype() != DType.INT32) {
            throw LayerRule.shape(
                    kind(),
                    "takes int32 numbers, got " + x.type(),
                    x,
                    "declare the input with Input.tokens(length)");
        }
        Tensor weight = scope.weight("weight", Shape.shape(vocabulary, width), initializer);
        return weight.gather(x);
    }
}
