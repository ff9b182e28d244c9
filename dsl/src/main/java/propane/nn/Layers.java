package propane.nn;

import java.util.List;

/** The built-in layers. */
public final class Layers {
    private Layers() {}

    /** Returns layers one after the other. */
    public static Layer sequential(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    /** Returns a layer that goes by a name of its own in paths. */
    public static Layer named(String name, Layer layer) {
        return new Named(name, layer);
    }

    /** Returns a fully connected layer, x·Wᵀ + b over the last axis. */
    public static Dense dense(int units) {
        return new Dense(units, true, Initializer.glorotUniform());
    }

    /** Returns max(0, x). */
    public static Layer relu() {
        return new Pointwise("relu", propane.tensor.Tensor::relu);
    }

    /** Returns each example as a vector. */
    public static Layer flatten() {
        return new Pointwise("flatten", x -> x.reshape(x.dim(0), -1));
    }
}
