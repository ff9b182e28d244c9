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
 * {@snippet :
 * var words = NDArray.of(new int[] {1, 2, 3, 1, 3, 2, 2, 1, 3, 3, 2, 1}, 4, 3);
 * var data = Dataset.of(words, NDArray.of(new int[] {0, 1, 1, 0}));
 * var model = model(tokens(3), sequential(embedding(4, 8), flatten(), dense(2)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(data, epochs(20));
 *     System.out.println(trainer.evaluate(data));
 * }
 * }
 *
 * @param vocabulary the number of vectors
 * @param width their length
 * @param initializer their values at the start; normal with a standard deviation of 0.02 by default
 */
public record Embedding(int vocabulary, int width, Initializer initializer) implements Layer {
    /** Checks the settings. */
    public Embedding {
        Preconditions.atLeast(1, "embedding: the vocabulary", vocabulary);
        Preconditions.atLeast(1, "embedding: the width", width);
    }

    /** Returns this layer with other vectors at the start. */
    public Embedding initializer(Initializer initializer) {
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
        Tensor weight = scope.weight("weight", Shape.shape(vocabulary, width), initializer);
        return weight.gather(x);
    }
}
