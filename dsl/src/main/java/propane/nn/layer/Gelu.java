package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.op.Activation;
import propane.spi.op.Activation.GeluMode;
import propane.tensor.Tensor;

/**
 * The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, 2016).
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), gelu(), dense(2)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param mode exact by default, or which approximation
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
