package propane.nn;

import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Layer normalization (Ba et al., 2016): (x − μ) / √(σ² + ε) · γ + β over the last axis.
 *
 * @param epsilon ε; 10⁻⁵ at first
 */
public record LayerNorm(double epsilon) implements Layer {
    /** Returns this layer with another ε. */
    public LayerNorm epsilon(double of) {
        return new LayerNorm(of);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Shape last = Shape.shape(x.dim(-1));
        Tensor gamma = scope.weight("gamma", last, Initializer.constant(1));
        Tensor beta = scope.weight("beta", last, Initializer.zeros());
        Tensor centred = x.sub(x.meanKeeping(-1));
        Tensor variance = centred.square().meanKeeping(-1);
        return centred.mul(variance.add(epsilon).rsqrt()).mul(gamma).add(beta);
    }
}
