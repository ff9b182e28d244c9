package propane.nn.loss;

import propane.nn.rule.ClassLabels;
import propane.nn.rule.SampleWeights;
import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

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
        Preconditions.positive("loss: the largest weight", largest);
        weights = List.copyOf(weights);
        for (Tensor each : weights) {
            if (!each.shape().equals(losses.shape())) {
                String rule =
                        "losses and their weights must be of one shape, got "
                                + losses.shape()
                                + " and "
                                + each.shape();
                throw new ShapeException(
                        Problem.of("loss", rule)
                                .operand("losses", losses)
                                .operand("weights", each)
                                .fix("give each loss a weight"));
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

    /**
     * Returns the losses of labels that are weighted and 0 where a label is ignored, as those of
     * {@link ClassLabels#known} labels are.
     *
     * @param losses the loss of each label, by the weight of its class if classes have some
     * @param classes the number of classes
     */
    static LossTerms of(ClassLabels which, Tensor losses, Tensor labels, int classes) {
        if (which.weights().isEmpty()) {
            return new LossTerms(losses, which.counts(labels, losses.dtype()), 1);
        }
        double largest = which.weights().stream().mapToDouble(each -> each).max().orElseThrow();
        Tensor each = which.ofLabels(labels, classes, losses.dtype());
        return of(losses, each).atMost(largest > 0 ? largest : 1);
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
     * Returns these where some count more or less than others; of what has the weight 0 nothing
     * counts, whatever its loss is.
     *
     * @param of the weight of each example, float [batch], or of each of what further axes of the
     *     losses have, float [batch, …]
     * @throws ShapeException if weights have other axes than losses begin with
     */
    public LossTerms sampleWeight(Tensor of) {
        Tensor each = SampleWeights.beside(of.cast(losses.dtype()), losses.shape());
        Tensor counts = each.greater(0);
        Tensor none = Tensor.zeros(losses.type());
        Tensor all = weights.isEmpty() ? Tensor.ones(losses.type()) : weights.getFirst();
        Tensor weighted = counts.where(losses.mul(each), none);
        return new LossTerms(weighted, List.of(counts.where(all.mul(each), none)), largest);
    }

    /** Returns targets with zeros where they are missing: where they are not a number, NaN. */
    public static Tensor known(Tensor target) {
        return isKnown(target).where(target, Tensor.zeros(target.type()));
    }

    /** Returns 1 where a target is known and 0 where it is missing, float32. */
    public static Tensor numbers(Tensor target) {
        return isKnown(target).cast(DType.FLOAT32);
    }

    private static Tensor isKnown(Tensor target) {
        // NaN alone differs from itself.
        return target.equal(target);
    }

    /** Returns the mean of each example's losses, 0 where none counts; [batch]. */
    public Tensor perExample() {
        if (losses.rank() == 1 && weights.isEmpty()) {
            return losses;
        }
        Tensor sums = losses.reshape(losses.dim(0), -1);
        if (weights.isEmpty()) {
            return sums.mean(1);
        }
        return LossSum.over(sums.sum(1), weights.getFirst().reshape(losses.dim(0), -1).sum(1));
    }

    /** Returns what it is made of. */
    @Override
    public String toString() {
        return losses + (weights.isEmpty() ? "" : " weighted by " + weights.getFirst());
    }
}
