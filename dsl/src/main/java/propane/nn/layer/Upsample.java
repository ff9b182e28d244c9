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
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(maxPool2d(2), upsample(2).linear(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param factor how many times larger
 * @param isLinear whether by straight lines (bilinear; one or two spatial axes)
 */
public record Upsample(int factor, boolean isLinear) implements Layer {
    /** Checks the settings. */
    public Upsample {
        Preconditions.atLeast(1, "upsample: the factor", factor);
    }

    /** Returns this layer by straight lines between the elements' centres. */
    public Upsample linear() {
        return new Upsample(factor, true);
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
