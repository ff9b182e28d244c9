package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.nn.rule.WithoutSegment;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Layers one after the other.
 *
 * @param layers the layers; without any, the input passes through
 */
record Sequential(List<Layer> layers) implements Layer, WithoutSegment {
    @Override
    public boolean isOnlyAtTop() {
        return true;
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = scope.apply(layer, y);
        }
        return y;
    }

    /** Returns the kinds of its layers, for example {@code sequential(dense, relu)}. */
    @Override
    public String toString() {
        return LayerNames.list("sequential", layers);
    }
}
