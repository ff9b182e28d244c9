package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.RmsNormalization;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Root mean square normalization (Zhang and Sennrich, 2019): x / √(mean x² + ε) · γ over the last
 * axis.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(dense(32), rmsNorm(), relu(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param epsilon ε; 10⁻⁶ by default
 */
public record RmsNorm(double epsilon) implements Layer {
    /** Checks the settings. */
    public RmsNorm {
        Preconditions.notNegative("rmsNorm: epsilon", epsilon);
    }

    /** Returns this layer with another ε. */
    public RmsNorm epsilon(double of) {
        return new RmsNorm(of);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind(), x);
        Shape last = Shape.shape(x.dim(-1));
        Tensor gamma = scope.weight("gamma", last, Initializers.constant(1));
        return Tensor.of(
                new RmsNormalization.RmsNorm(x, List.of(-1), List.of(gamma), (float) epsilon));
    }
}
