package propane.nn;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * A vector for each number below a vocabulary's size: int32 [n, …] becomes [n, …, width]. A number
 * outside becomes zeros.
 *
 * @param vocabulary the number of vectors
 * @param width their length
 * @param vectors their values at the start; normal with a standard deviation of 0.02 at first
 */
public record Embedding(int vocabulary, int width, Initializer vectors) implements Layer {
    /** Returns this layer with other vectors at the start. */
    public Embedding vectors(Initializer initializer) {
        return new Embedding(vocabulary, width, initializer);
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
        Tensor weight = scope.weight("weight", Shape.shape(vocabulary, width), vectors);
        return weight.gather(x);
    }
}
