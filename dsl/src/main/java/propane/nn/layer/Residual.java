package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Layers one after the other whose output is added to their input (He et al., 2016).
 *
 * @param layers the layers; their output has the input's shape
 */
record Residual(List<Layer> layers) implements Layer {
    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Tensor y = new Sequential(layers).apply(scope, x);
        if (!y.shape().equals(x.shape())) {
            throw LayerRule.shape(
                    kind(),
                    "the layers turn " + x.shape() + " into " + y.shape(),
                    x,
                    "make their output's shape the input's");
        }
        return x.add(y);
    }

    /** Returns the kinds of its layers, for example {@code residual(dense, relu)}. */
    @Override
    public String toString() {
        return LayerNames.list("residual", layers);
    }
}
