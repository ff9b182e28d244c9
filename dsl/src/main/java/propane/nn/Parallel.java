package propane.nn;

import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Layers beside each other, all over the same input; their outputs are joined along an axis, or
 * added.
 *
 * @param layers the layers, at least one
 * @param axis the axis along which outputs are joined; 1, the channels, at first
 * @param isSum whether outputs are added in place of joined
 */
public record Parallel(List<Layer> layers, int axis, boolean isSum) implements Layer {
    /** Returns this layer with outputs joined along another axis; negative counts from the end. */
    public Parallel axis(int of) {
        return new Parallel(layers, of, false);
    }

    /** Returns this layer with outputs added. */
    public Parallel sum() {
        return new Parallel(layers, axis, true);
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
}
