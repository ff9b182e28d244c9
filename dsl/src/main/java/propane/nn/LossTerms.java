package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Source;
import propane.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The losses of a batch before they are added up, one for each label or element, and how much each
 * counts. The mean is the sum of the losses divided by the sum of the weights.
 *
 * @param losses the losses, already multiplied by their weights; [batch, …]
 * @param weights how much each counts, 0 or more, of the shape of the losses; none where each
 *     counts once
 * @param largest the largest weight that one can have, above 0
 */
public record LossTerms(Tensor losses, List<Tensor> weights, double largest) {
    /** Checks the shapes. */
    public LossTerms {
        Setting.positive("loss: the largest weight", largest);
        weights = List.copyOf(weights);
        for (Tensor each : weights) {
            if (!each.shape().equals(losses.shape())) {
                throw new ShapeException(
                        "loss: losses and their weights must be of one shape, got "
                                + losses.shape()
                                + " and "
                                + each.shape()
                                + "\n    "
                                + Source.here()
                                + "\n    losses   "
                                + losses
                                + "\n    weights  "
                                + each
                                + "\n    to mend it: give each loss a weight");
            }
        }
    }

    /** Returns losses that count once each. */
    public static LossTerms of(Tensor losses) {
        return new LossTerms(losses, List.of(), 1);
    }

    /**
     * Returns losses of which some count more than others, or not at all.
     *
     * @param losses the losses, already multiplied by the weights; [batch, …]
     * @param weights the weights, 0 or more, in the same shape
     */
    public static LossTerms of(Tensor losses, Tensor weights) {
        return new LossTerms(losses, List.of(weights), 1);
    }

    /** Returns these where no weight is above a number, so that sums fit float16 as means do. */
    public LossTerms atMost(double weight) {
        return new LossTerms(losses, weights, weight);
    }

    /** Returns these with losses multiplied by a number and weights as they are. */
    public LossTerms times(double factor) {
        return new LossTerms(losses.mul(factor), weights, largest);
    }

    /**
     * Returns these with examples that count more or less than others; of an example whose weight
     * is 0 nothing counts, whatever its loss is.
     *
     * @param examples the weight of each example, float [batch]
     */
    public LossTerms weightedBy(Tensor examples) {
        Tensor each = beside(examples.cast(losses.dtype()), losses.shape());
        Tensor counts = each.greater(0);
        Tensor none = Tensor.zeros(losses.type());
        Tensor all = weights.isEmpty() ? Tensor.ones(losses.type()) : weights.getFirst();
        Tensor weighted = counts.where(losses.mul(each), none);
        return new LossTerms(weighted, List.of(counts.where(all.mul(each), none)), largest);
    }

    /** Returns what there is of examples with a weight, and zeros of those without. */
    static Tensor counted(Tensor x, Tensor examples) {
        return beside(examples.greater(0), x.shape()).where(x, Tensor.zeros(x.type()));
    }

    /** Returns something of examples, [batch], in a shape that broadcasts with their elements. */
    static Tensor beside(Tensor ofExamples, Shape elements) {
        int[] dims = new int[elements.rank()];
        Arrays.fill(dims, 1);
        dims[0] = elements.dim(0);
        return ofExamples.reshape(dims);
    }

    /** Returns the mean, or the sum and the weight of what counts as shares of a batch, [2]. */
    Tensor measured() {
        return weights.isEmpty()
                ? losses.mean()
                : Tensor.stack(0, List.of(losses.mean(), weights.getFirst().mean()));
    }

    /** Returns the mean of each example's losses, 0 where none counts; [batch]. */
    public Tensor byExample() {
        if (losses.rank() == 1 && weights.isEmpty()) {
            return losses;
        }
        Tensor sums = losses.reshape(losses.dim(0), -1);
        if (weights.isEmpty()) {
            return sums.mean(1);
        }
        return LossSum.over(sums.sum(1), weights.getFirst().reshape(losses.dim(0), -1).sum(1));
    }
}
