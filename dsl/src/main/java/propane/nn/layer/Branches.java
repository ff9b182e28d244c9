package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Layers in parallel, all over the same input; their outputs are joined along an axis, or added.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(branches(conv2d(4, 3), conv2d(8, 3)), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param layers the layers, at least one
 * @param axis the axis along which outputs are joined; 1, the channels, by default
 * @param isSum whether outputs are added in place of joined
 */
public record Branches(List<Layer> layers, int axis, boolean isSum) implements Layer {
    /** Checks that there is a layer. */
    public Branches {
        Preconditions.atLeast(1, "branches: the number of layers", layers.size());
    }

    /** Returns this layer with outputs joined along another axis; negative counts from the end. */
    public Branches axis(int of) {
        return new Branches(layers, of, false);
    }

    /** Returns this layer with outputs added. */
    public Branches sum() {
        return new Branches(layers, axis, true);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        var outputs = new ArrayList<Tensor>();
        for (Layer layer : layers) {
            outputs.add(scope.apply(layer, x));
        }
        return isSum
                ? outputs.stream().reduce(Tensor::add).orElse(x)
                : Tensor.concat(axis, outputs);
    }

    /** Returns the kinds of its layers, for example {@code branches(dense, sequential)}. */
    @Override
    public String toString() {
        return LayerNames.list(isSum ? "branches sum" : "branches", layers);
    }
}
