package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.PerChannel;
import propane.tensor.Tensor;

/**
 * Squeeze and excitation (Hu et al., 2018): each channel of images times a share from 0 to 1, which
 * two dense layers, {@code squeeze} and {@code excite}, make of the means of all channels.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(conv2d(8, 3), squeezeExcite(4), relu(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param ratio how many times fewer units the first has than there are channels
 */
public record SqueezeExcite(int ratio) implements Layer {
    /** Checks the settings. */
    public SqueezeExcite {
        Preconditions.atLeast(1, "squeezeExcite: the ratio", ratio);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int channels = x.rank() < 2 ? 0 : x.dim(1);
        int units = Math.max(1, channels / ratio);
        Tensor means = new GlobalPool(true).apply(scope, x);
        Tensor few = scope.apply("squeeze", Layers.dense(units), means).relu();
        Tensor shares = scope.apply("excite", Layers.dense(channels), few).sigmoid();
        return x.mul(PerChannel.spread(shares, x.shape()));
    }
}
