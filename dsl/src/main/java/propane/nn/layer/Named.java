package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.nn.rule.WithoutSegment;
import propane.tensor.Tensor;

/**
 * A layer with a name of its own in paths.
 *
 * @param name the segment
 * @param layer the layer
 */
record Named(String name, Layer layer) implements Layer, WithoutSegment {
    @Override
    public boolean isOnlyAtTop() {
        return false;
    }

    @Override
    public Layer tiedTo(String path) {
        return new Named(name, layer.tiedTo(path));
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return scope.apply(name, layer, x);
    }

    /** Returns name and layer. */
    @Override
    public String toString() {
        return "named(" + name + ", " + layer + ")";
    }
}
