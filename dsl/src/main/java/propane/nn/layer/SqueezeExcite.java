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
 * @param ratio how many times fewer units the first has than there are channels
 */
record SqueezeExcite(int ratio) implements Layer {
    /** Checks the settings. */
    SqueezeExcite {
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
