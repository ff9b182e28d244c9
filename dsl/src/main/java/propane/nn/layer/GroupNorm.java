package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.LayerNormalization;
import propane.spi.op.Normalization;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Group normalization (Wu and He, 2018): (x − μ) / √(σ² + ε) of each example over groups of
 * channels, times γ plus β for each channel. With as many groups as channels it is instance
 * normalization (Ulyanov et al., 2016).
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(conv2d(8, 3), groupNorm(4), instanceNorm(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param groups the number of groups, a divisor of the channels; 0 stands for one a channel
 * @param epsilon ε; 10⁻⁵ by default
 */
public record GroupNorm(int groups, double epsilon) implements Layer {
    /** Checks the settings. */
    public GroupNorm {
        Preconditions.atLeast(0, "groupNorm: the number of groups", groups);
        Preconditions.notNegative("groupNorm: epsilon", epsilon);
    }

    /** Returns this layer with another ε. */
    public GroupNorm epsilon(double of) {
        return new GroupNorm(groups, of);
    }

    @Override
    public String kind() {
        return groups == 0 ? "instance_norm" : "group_norm";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind(), x);
        // A channel of one element would be normalized to 0.
        LayerRule.requireRank(
                kind(),
                x,
                groups == 0 ? 3 : 2,
                groups == 0 ? "[n, channels, spatial…]" : "[n, channels, …]",
                "put reshape(channels, …) before it, or take layerNorm()");
        Shape channels = Shape.shape(x.dim(1));
        Tensor gamma = scope.weight("gamma", channels, Initializers.constant(1));
        Tensor beta = scope.weight("beta", channels, Initializers.zeros());
        if (groups == 0) {
            return Tensor.of(
                    new LayerNormalization.InstanceNorm(
                            x, List.of(gamma), List.of(beta), (float) epsilon));
        }
        if (x.dim(1) % groups != 0) {
            throw LayerRule.shape(
                    kind(),
                    groups + " groups do not divide " + x.dim(1) + " channels",
                    x,
                    "choose a divisor of the channels");
        }
        return Tensor.of(
                new Normalization.GroupNorm(
                        x, groups, List.of(gamma), List.of(beta), (float) epsilon));
    }
}
