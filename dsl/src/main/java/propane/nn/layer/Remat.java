package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.op.Rematerialization;
import propane.tensor.Tensor;

/**
 * A layer whose values within are not kept for the backward pass but computed once more there (Chen
 * et al.: Training deep nets with sublinear memory cost, 2016). Results are the same to the last
 * bit; a step takes less memory, and about a third more time for this layer. Around another one
 * like it, the outer one counts. Programs for Core ML are written without it.
 *
 * @param layer the layer
 */
record Remat(Layer layer) implements Layer {
    /** Returns the layer's kind: its paths stay as they are. */
    @Override
    public String kind() {
        return layer.kind();
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return Tensor.of(new Rematerialization.Rematerialized(layer.apply(scope, x), x));
    }
}
