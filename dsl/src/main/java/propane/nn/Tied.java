package propane.nn;

import propane.tensor.Tensor;

/**
 * A layer that shares weights with another one: {@link Layer#tiedTo}.
 *
 * @param path the other layer's path
 * @param layer the layer
 */
record Tied(String path, Layer layer) implements Layer {
    /** Returns the layer's kind: its paths stay as they are. */
    @Override
    public String kind() {
        return layer.kind();
    }

    /** Returns whether the layer within slides a window. */
    @Override
    public boolean slides() {
        return layer.slides();
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return scope.tied(path, layer, x);
    }
}
