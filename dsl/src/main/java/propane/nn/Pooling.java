package propane.nn;

import propane.spi.Preconditions;
import propane.spi.op.Pool;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;

import java.util.Collections;
import java.util.List;

/**
 * A pool over the last 1, 2 or 3 axes, those after batch and channels.
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
 * @param isMax whether it takes the largest value of each window, else the mean
 * @param axes how many axes the window slides over, 1 to 3
 * @param size the length of the window on each axis
 * @param stride how far it moves; by default as far as it is long
 * @param padding {@link Padding#VALID} by default; padding is never the largest value, and counts
 *     as zeros in a mean
 * @param isExcluding whether padding does not count in a mean
 */
public record Pooling(
        boolean isMax, int axes, int size, int stride, Padding padding, boolean isExcluding)
        implements Layer {
    /** Checks the settings. */
    public Pooling {
        String kind = kind(isMax, axes);
        LayerRule.requireAxes(kind, axes);
        Preconditions.atLeast(1, kind + ": the window", size);
        Preconditions.atLeast(1, kind + ": the stride", stride);
    }

    static Pooling of(boolean isMax, int axes, int size) {
        return new Pooling(isMax, axes, size, size, Padding.VALID, false);
    }

    /** Returns this layer with a stride. */
    public Pooling stride(int of) {
        return new Pooling(isMax, axes, size, of, padding, isExcluding);
    }

    /** Returns this layer with another padding. */
    public Pooling padding(Padding of) {
        return new Pooling(isMax, axes, size, stride, of, isExcluding);
    }

    /** Returns this layer with a number of places on each side of each axis. */
    public Pooling padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with padding that does not count in a mean. */
    public Pooling excludingPadding() {
        if (isMax) {
            throw new PropaneException(
                    kind()
                            + ": padding has no part in a largest value\n    fix: leave"
                            + " excludingPadding() away, or take averagePool"
                            + axes
                            + "d(…)");
        }
        return new Pooling(isMax, axes, size, stride, padding, true);
    }

    @Override
    public String kind() {
        return kind(isMax, axes);
    }

    private static String kind(boolean isMax, int axes) {
        return (isMax ? "max_pool" : "average_pool") + axes + "d";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), axes, x);
        List<Integer> sizes = Collections.nCopies(axes, size);
        List<Integer> strides = Collections.nCopies(axes, stride);
        List<Integer> pads = padding.pads(axes);
        return Tensor.of(
                isMax
                        ? new Pool.MaxPool(x, sizes, strides, padding.type(), pads, false)
                        : new Pool.AvgPool(
                                x, sizes, strides, padding.type(), pads, isExcluding, false));
    }
}
