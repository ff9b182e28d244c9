package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.op.Activation;
import propane.spi.op.Activation.GeluMode;
import propane.tensor.Tensor;

/**
 * The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, 2016).
 *
 * @param mode exact by default, or which approximation
 */
record Gelu(GeluMode mode) implements Layer {
    @Override
    public String kind() {
        return switch (mode) {
            case EXACT -> "gelu";
            case TANH_APPROXIMATION -> "gelu_tanh";
            case SIGMOID_APPROXIMATION -> "quick_gelu";
        };
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return Tensor.of(new Activation.Gelu(x, mode));
    }

    @Override
    public String toString() {
        return kind() + "()";
    }
}
