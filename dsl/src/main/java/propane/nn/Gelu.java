package propane.nn;

import propane.tensor.Activation;
import propane.tensor.Activation.GeluMode;
import propane.tensor.Tensor;

/**
 * The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, 2016).
 *
 * @param mode exact at first, or which approximation
 */
public record Gelu(GeluMode mode) implements Layer {
    /** Returns this layer approximated by a hyperbolic tangent, as GPT-2 has it. */
    public Gelu tanh() {
        return new Gelu(GeluMode.TANH_APPROXIMATION);
    }

    /** Returns this layer approximated by x · σ(1.702 x). */
    public Gelu sigmoid() {
        return new Gelu(GeluMode.SIGMOID_APPROXIMATION);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return Tensor.of(new Activation.Gelu(x, mode));
    }
}
