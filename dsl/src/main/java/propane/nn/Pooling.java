package propane.nn;

import propane.tensor.Pool;
import propane.tensor.Preconditions;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;

import java.util.Collections;
import java.util.List;

/**
 * A pool over the axes behind batch and channels.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(maxPool2d(2), averagePool2d(2), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param kind {@code max_pool} or {@code average_pool}
 * @param size the length of the window on each axis
 * @param stride how far it moves; at first as far as it is long
 * @param padding {@link Padding#VALID} at first; padding is never the largest value, and counts as
 *     zeros in a mean
 * @param isExcluding whether padding does not count in a mean
 */
public record Pooling(String kind, int size, int stride, Padding padding, boolean isExcluding)
        implements Layer {
    /** Checks the settings. */
    public Pooling {
        Preconditions.atLeast(1, kind + ": the window", size);
        Preconditions.atLeast(1, kind + ": the stride", stride);
    }

    /** Returns this layer with a stride. */
    public Pooling stride(int of) {
        return new Pooling(kind, size, of, padding, isExcluding);
    }

    /** Returns this layer with another padding. */
    public Pooling padding(Padding of) {
        return new Pooling(kind, size, stride, of, isExcluding);
    }

    /** Returns this layer with a number of places on each side of each axis. */
    public Pooling padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with padding that does not count in a mean. */
    public Pooling excludingPadding() {
        if (kind.equals("max_pool")) {
            throw new PropaneException(
                    "max_pool: padding has no part in a largest value\n    fix: leave"
                            + " excludingPadding() away, or take averagePool2d(…)");
        }
        return new Pooling(kind, size, stride, padding, true);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind, x);
        LayerRule.requireRank(
                kind, x, 3, "[n, channels, spatial…]", "put reshape(channels, …) before it");
        int axes = x.rank() - 2;
        List<Integer> sizes = Collections.nCopies(axes, size);
        List<Integer> strides = Collections.nCopies(axes, stride);
        List<Integer> pads = padding.pads(axes);
        return Tensor.of(
                kind.equals("max_pool")
                        ? new Pool.MaxPool(x, sizes, strides, padding.type(), pads, false)
                        : new Pool.AvgPool(
                                x, sizes, strides, padding.type(), pads, isExcluding, false));
    }
}
