package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;

/**
 * A loss before its mean is taken: the sum over all that counts in a batch, and the weight of what
 * counts. Sums and weights of several batches add up, so that the mean over an update's batches, or
 * over a dataset, is that over all that counts in them, however they were split.
 *
 * <p>Both are kept as shares of the most that a batch of this size can hold: of a batch of which
 * all counts the sum is the mean and the weight is 1. Batches of several sizes add up by their
 * numbers of examples.
 */
public final class LossSum {
    private final Tensor sum;
    private final List<Tensor> weight;

    private LossSum(Tensor sum, List<Tensor> weight) {
        this.sum = sum;
        this.weight = weight;
    }

    /**
     * Returns a mean over examples, each of which counts once.
     *
     * @param mean a tensor of one element
     */
    public static LossSum ofMean(Tensor mean) {
        return new LossSum(one("loss", mean), List.of());
    }

    /**
     * Returns a sum of losses and the weight of what was summed: {@code LossSum.of(losses.sum(),
     * counts.sum(), losses.dim(0))}.
     *
     * @param sum the sum of the losses, each multiplied by its weight; a tensor of one element
     * @param weight the sum of the weights, 0 or more; a tensor of one element
     * @param examples the number of examples of the batch
     */
    public static LossSum of(Tensor sum, Tensor weight, int examples) {
        double share = 1.0 / Preconditions.atLeast(1, "loss: the number of examples", examples);
        return new LossSum(
                scaled(one("loss", sum), share), List.of(scaled(one("weight", weight), share)));
    }

    /** Returns what single losses add up to. */
    public static LossSum of(LossTerms terms) {
        double share = 1 / terms.largest();
        // Divided twice: what an element has of all of them float16 may have no number for.
        Tensor mean = ElementMeans.mean(terms.losses()).mean();
        return new LossSum(
                one("loss", scaled(mean, share)),
                terms.weights().stream()
                        .map(weights -> one("weight", scaled(weights.mean(), share)))
                        .toList());
    }

    private static Tensor scaled(Tensor value, double by) {
        return by == 1 ? value : value.mul(by);
    }

    private static Tensor one(String what, Tensor value) {
        if (value.shape().size() != 1 || !value.dtype().isFloat()) {
            String rule =
                    (what.equals("loss") ? "" : "the weight ")
                            + "must be one floating-point number, got "
                            + value.type();
            throw new ShapeException(
                    Problem.of("loss", rule)
                            .at(value.source())
                            .operand(what, value)
                            .fix(
                                    value.dtype().isFloat()
                                            ? "take its mean()"
                                            : "make it of the outputs, without cast(…) to whole"
                                                    + " numbers"));
        }
        return value.reshape(1);
    }

    /** Returns the sum, as a share of the most a batch can hold; [1]. */
    public Tensor sum() {
        return sum;
    }

    /** Returns the weight of what counts, as a share of the most a batch can hold; [1]. */
    public Tensor weight() {
        return weight.isEmpty() ? Tensor.constant(NDArray.full(sum.type(), 1)) : weight.getFirst();
    }

    /** Returns whether all of the batch counts, whatever it holds: the weight is then 1. */
    public boolean countsAll() {
        return weight.isEmpty();
    }

    /** Returns the mean over all that counts, 0 where nothing does; [1]. */
    public Tensor mean() {
        return countsAll() ? sum : over(sum, weight.getFirst());
    }

    /** Returns whether this and another loss are sums over the same, so that they can be added. */
    public boolean countsAs(LossSum other) {
        return weight.equals(other.weight);
    }

    /**
     * Returns the sum of two losses over the same.
     *
     * @throws PropaneException if they are not, as {@link #countsAs} tells
     */
    public LossSum plus(LossSum other) {
        if (!countsAs(other)) {
            throw new PropaneException(
                    Problem.ofRule("loss: sums over different things are not added")
                            .fix("add their mean(), or take the gradients of each"));
        }
        return new LossSum(sum.add(other.sum), weight);
    }

    /** Returns this with the sum multiplied and the weight as it is. */
    public LossSum times(double factor) {
        return new LossSum(sum.mul(factor), weight);
    }

    /** Returns a sum divided by a weight, 0 where the weight is 0; the shape of the sum. */
    public static Tensor over(Tensor sum, Tensor weight) {
        Tensor counts = weight.greater(0);
        Tensor divisor = counts.where(weight, Tensor.constant(NDArray.full(weight.type(), 1)));
        Tensor quotient = sum.div(divisor);
        return counts.where(quotient, Tensor.zeros(quotient.type()));
    }

    /** Returns what it is made of. */
    @Override
    public String toString() {
        return sum + (countsAll() ? "" : " over the weight " + weight.getFirst());
    }
}
