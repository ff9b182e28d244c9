package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

import java.util.stream.IntStream;

/**
 * The mean or the largest value of each channel of [n, channels, spatial…]: [n, channels].
 *
 * @param isMean whether it is the mean
 */
record GlobalPool(boolean isMean) implements Layer {
    @Override
    public String kind() {
        return isMean ? "global_average_pool" : "global_max_pool";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireRank(
                kind(), x, 3, "[n, channels, spatial…]", "put it before layers that flatten");
        int[] spatial = IntStream.range(2, x.rank()).toArray();
        return isMean ? x.mean(spatial) : x.max(spatial);
    }
}
