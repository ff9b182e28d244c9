package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.op.Pool;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Objects;

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
 */
public final class Pooling implements Layer {
    private final boolean isMax;
    private final Windowing window;
    private final boolean isExcluding;

    private Pooling(boolean isMax, Windowing window, boolean isExcluding) {
        this.isMax = isMax;
        this.window = window;
        this.isExcluding = isExcluding;
        window.require(kind(), "window");
    }

    static Pooling of(boolean isMax, int axes, int size) {
        return new Pooling(isMax, new Windowing(axes, size, size, 1, Padding.VALID), false);
    }

    private Pooling window(Windowing of) {
        return new Pooling(isMax, of, isExcluding);
    }

    /** Returns this layer with a stride; by default the window moves as far as it is long. */
    public Pooling stride(int of) {
        return window(window.stride(of));
    }

    /**
     * Returns this layer with another padding; {@link Padding#VALID} by default. Padding is never
     * the largest value, and counts as zeros in a mean.
     */
    public Pooling padding(Padding of) {
        return window(window.padding(of));
    }

    /** Returns this layer with a number of places on each side of each axis. */
    public Pooling padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with padding that does not count in a mean. */
    public Pooling excludingPadding() {
        if (isMax) {
            throw new PropaneException(
                    Problem.ofRule(kind() + ": padding has no part in a largest value")
                            .fix(
                                    "leave excludingPadding() away, or take averagePool"
                                            + window.axes()
                                            + "d(…)"));
        }
        return new Pooling(isMax, window, true);
    }

    @Override
    public String kind() {
        return (isMax ? "max_pool" : "average_pool") + window.axes() + "d";
    }

    /** Returns true: windows slide over the axes after the channels. */
    @Override
    public boolean slides() {
        return true;
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireImages(kind(), window.axes(), x);
        List<Integer> sizes = window.lengths();
        List<Integer> strides = window.strides();
        List<Integer> pads = window.pads();
        return Tensor.of(
                isMax
                        ? new Pool.MaxPool(x, sizes, strides, window.padType(), pads, false)
                        : new Pool.AvgPool(
                                x, sizes, strides, window.padType(), pads, isExcluding, false));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pooling pooling
                && isMax == pooling.isMax
                && window.equals(pooling.window)
                && isExcluding == pooling.isExcluding;
    }

    @Override
    public int hashCode() {
        return Objects.hash(isMax, window, isExcluding);
    }

    /** Returns what it is set to. */
    @Override
    public String toString() {
        return "Pooling[isMax="
                + isMax
                + ", axes="
                + window.axes()
                + ", size="
                + window.length()
                + ", stride="
                + window.stride()
                + ", padding="
                + window.padding()
                + ", isExcluding="
                + isExcluding
                + "]";
    }
}
