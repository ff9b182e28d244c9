package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.LayerNormalization;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Layer normalization (Ba et al., 2016): (x − μ) / √(σ² + ε) · γ + β over the last axes.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(dense(32), layerNorm(), relu(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param axes the number of last axes; 1 by default
 * @param epsilon ε; 10⁻⁵ by default
 */
public record LayerNorm(int axes, double epsilon) implements Layer {
    /** Checks the settings. */
    public LayerNorm {
        Preconditions.atLeast(1, "layerNorm: the number of axes", axes);
        Preconditions.notNegative("layerNorm: epsilon", epsilon);
    }

    /** Returns this layer over another number of last axes. */
    public LayerNorm axes(int last) {
        return new LayerNorm(last, epsilon);
    }

    /** Returns this layer with another ε. */
    public LayerNorm epsilon(double of) {
        return new LayerNorm(axes, of);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind(), x);
        LayerRule.requireRank(kind(), x, axes + 1, "[n, …] before its axes", "normalize fewer");
        var dims = x.shape().dims();
        var last = new Shape(dims.subList(dims.size() - axes, dims.size()));
        Tensor gamma = scope.weight("gamma", last, Initializers.constant(1));
        Tensor beta = scope.weight("beta", last, Initializers.zeros());
        return Tensor.of(
                new LayerNormalization.LayerNorm(
                        x,
                        IntStream.rangeClosed(-axes, -1).boxed().toList(),
                        List.of(gamma),
                        List.of(beta),
                        (float) epsilon));
    }
}
