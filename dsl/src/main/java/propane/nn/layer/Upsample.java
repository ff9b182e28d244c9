package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.Linear;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/**
 * Images [n, channels, spatial…] made larger by a whole factor on each spatial axis: by repeating
 * elements, or by straight lines between their centres, beyond which the edge continues.
 *
 * @param factor how many times larger
 * @param isLinear whether by straight lines (bilinear; one or two spatial axes)
 */
record Upsample(int factor, boolean isLinear) implements Layer {
    /** Checks the settings. */
    Upsample {
        Preconditions.atLeast(
                1, (isLinear ? "upsampleLinear" : "upsample") + ": the factor", factor);
    }

    @Override
    public String kind() {
        return isLinear ? "upsample_linear" : "upsample";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        int most = isLinear ? 4 : 5;
        if (x.rank() < 3 || x.rank() > most) {
            throw LayerRule.shape(
                    kind(),
                    "needs [n, channels, spatial…] of 3 to " + most + " axes, got " + x.shape(),
                    x,
                    "put reshape(channels, …) before it");
        }
        Tensor y = x;
        for (int axis = 2; axis < x.rank(); axis++) {
            y = isLinear ? drawn(y, axis) : repeated(y, axis);
        }
        return y;
    }

    private Tensor repeated(Tensor x, int axis) {
        int[] dims = x.shape().toArray();
        int before = 1;
        for (int i = 0; i <= axis; i++) {
            before *= dims[i];
        }
        dims[axis] *= factor;
        Tensor apart = x.reshape(before, 1, before == 0 ? 0 : x.shape().size() / before);
        return apart.tile(1, factor, 1).reshape(dims);
    }

    private Tensor drawn(Tensor x, int axis) {
        Tensor lines = Tensor.constant(lines(x.dim(axis)));
        boolean isLast = axis == x.rank() - 1;
        return isLast ? Tensor.of(new Linear.Matmul(x, lines, false, true)) : lines.matmul(x);
    }

    /** Returns the share of each element in each new one, [factor · length, length]. */
    private NDArray lines(int length) {
        float[] shares = new float[factor * length * length];
        for (int i = 0; i < factor * length; i++) {
            double centre = Math.max(0, (i + 0.5) / factor - 0.5);
            int left = (int) centre;
            int right = Math.min(left + 1, length - 1);
            shares[i * length + left] += (float) (1 - (centre - left));
            shares[i * length + right] += (float) (centre - left);
        }
        return NDArray.of(shares, factor * length, length);
    }
}
