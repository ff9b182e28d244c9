package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * The feed-forward part of transformers with a gate (Shazeer, 2020): (silu(x·Gᵀ) · x·Uᵀ)·Dᵀ. Its
 * parts are dense layers without bias named {@code gate}, {@code up} and {@code down}.
 *
 * @param hidden the width between; the output has the input's
 */
record SwiGlu(int hidden) implements Layer {
    /** Checks the settings. */
    SwiGlu {
        Preconditions.atLeast(1, "swiGlu: the width between", hidden);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Dense wide = Layers.dense(hidden).bias(false);
        Tensor gate = scope.apply("gate", wide, x).silu();
        Tensor up = scope.apply("up", wide, x);
        return scope.apply("down", Layers.dense(x.dim(-1)).bias(false), gate.mul(up));
    }
}
