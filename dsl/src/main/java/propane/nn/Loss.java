package propane.nn;

import propane.tensor.Preconditions;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * How far a prediction is from its target: one number, to be made small.
 *
 * <p>The mean of a batch is enough; its examples are then what counts. A loss that knows more says
 * it: {@link PerExample} the loss of each example, so that examples can have weights, {@link
 * PerElement} that of each label or element and how much it counts, {@link Summed} the sum and what
 * counts in it. Means over several batches are then those over all that counts in them.
 */
@FunctionalInterface
public interface Loss {
    /**
     * Returns the mean loss of a batch: a tensor of one element.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     */
    Tensor of(Tensor prediction, Tensor target);

    /**
     * Returns the loss of a batch as a sum and the weight of what counts in it; by default the mean
     * over its examples.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     */
    default LossSum sum(Tensor prediction, Tensor target) {
        return LossSum.ofMean(Preconditions.returned("the loss", of(prediction, target)));
    }

    /**
     * Returns the loss of a batch of which some counts more or less than other.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     * @param weights the weight of each example, float [batch], or of each of what further axes of
     *     the target have, float [batch, …]
     * @throws PropaneException if the loss does not tell the loss of each example, as by default
     */
    default LossSum sum(Tensor prediction, Tensor target, Tensor weights) {
        throw new PropaneException(
                "sampleWeight: the loss does not tell the loss of each example\n    fix:"
                        + " implement Loss.ByExample, whose each(…) does");
    }

    /** Returns the type that targets have for predictions of a type; by default the same. */
    default TensorType target(TensorType prediction) {
        return prediction;
    }

    /** What targets are. */
    enum TargetKind {
        /** Which one of several classes: labels, or the shares of all of them. */
        CLASSES,
        /** Of each output for itself, whether it is there: from 0, no, to 1, yes. */
        SIDES,
        /** Of each output for itself, on which side of 0 it is to be: −1 or 1, or 0 or 1. */
        SIGNS,
        /** Numbers that outputs are to be near to. */
        NUMBERS,
        /** Something else, or not known. */
        OTHER
    }

    /**
     * Returns what targets are, so that metrics of other targets are refused, such as the accuracy
     * of a regression; by default not known, so that all metrics are taken.
     */
    default TargetKind targetKind() {
        return TargetKind.OTHER;
    }

    /**
     * Returns labels that need not be classes since they do not count, neither here nor in metrics;
     * by default none.
     */
    default List<Integer> ignoredIndices() {
        return List.of();
    }

    /**
     * Returns whether targets may be missing, as NaN: those count neither here nor in metrics; by
     * default they may not.
     */
    default boolean ignoresNaN() {
        return false;
    }

    /**
     * Returns this loss multiplied, so that of several outputs' losses one counts more or less:
     * {@code .loss("size", huber(1).times(0.3))}.
     *
     * @param factor the factor, 0 or more
     */
    default Loss lossWeight(double factor) {
        return new ScaledLoss.Whole(this, factor);
    }

    /** A loss that knows the sum over a batch and the weight of what counts in it. */
    @FunctionalInterface
    interface Summed extends Loss {
        @Override
        LossSum sum(Tensor prediction, Tensor target);

        @Override
        default Tensor of(Tensor prediction, Tensor target) {
            return Preconditions.returned("the loss", sum(prediction, target)).mean();
        }
    }

    /** A loss that knows the loss of each label or element, and how much it counts. */
    @FunctionalInterface
    interface PerElement extends Summed {
        /** Returns the losses, [batch, …], and how much each counts. */
        LossTerms terms(Tensor prediction, Tensor target);

        @Override
        default LossSum sum(Tensor prediction, Tensor target) {
            return LossSum.of(Preconditions.returned("the loss", terms(prediction, target)));
        }

        @Override
        default LossSum sum(Tensor prediction, Tensor target, Tensor weights) {
            return LossSum.of(terms(prediction, target, weights));
        }

        /** Returns the losses where some count more or less than others, or not at all. */
        default LossTerms terms(Tensor prediction, Tensor target, Tensor weights) {
            // What does not count may be anything: it is put out before a loss is made of it.
            Tensor outputs = LossTerms.counted(prediction, weights);
            Tensor wanted = target.dtype().isFloat() ? LossTerms.counted(target, weights) : target;
            LossTerms terms = Preconditions.returned("the loss", terms(outputs, wanted));
            return terms.sampleWeight(weights);
        }

        /** Returns the mean loss of each example, [batch]. */
        default Tensor each(Tensor prediction, Tensor target) {
            return Preconditions.returned("the loss", terms(prediction, target)).perExample();
        }

        @Override
        default PerElement lossWeight(double factor) {
            return new ScaledLoss.Each(this, factor);
        }
    }

    /** A loss of outputs each of which has a target of its own. */
    @FunctionalInterface
    interface Elementwise extends PerElement {
        /**
         * Returns this loss of targets some of which are missing, as NaN. Those count neither in
         * sums nor in means, nor in the metrics of a training, and nothing is learned of them.
         */
        default PerElement ignoreNaN() {
            return new IgnoringNaN(this);
        }
    }

    /** A loss that knows the loss of each example, so that examples can have weights. */
    @FunctionalInterface
    interface PerExample extends PerElement {
        /** Returns the loss of each example, [batch]. */
        @Override
        Tensor each(Tensor prediction, Tensor target);

        @Override
        default LossTerms terms(Tensor prediction, Tensor target) {
            return LossTerms.of(Preconditions.returned("the loss", each(prediction, target)));
        }
    }

    /** Returns the cross-entropy of a softmax of the outputs and int32 labels. */
    static SoftmaxCrossEntropy softmaxCrossEntropy() {
        return new SoftmaxCrossEntropy(0, List.of(), List.of(), false);
    }

    /** Returns the cross-entropy of a sigmoid of the outputs and targets from 0 to 1. */
    static BinaryCrossEntropy binaryCrossEntropy() {
        return new BinaryCrossEntropy();
    }

    /** Returns the mean squared difference of outputs and targets. */
    static MeanSquaredError meanSquaredError() {
        return new MeanSquaredError();
    }

    /** Returns the mean absolute difference of outputs and targets. */
    static MeanAbsoluteError meanAbsoluteError() {
        return new MeanAbsoluteError();
    }

    /** Returns a loss that is square up to a difference δ and straight beyond; 1 is usual. */
    static Huber huber(double delta) {
        return new Huber(delta, false);
    }

    /** Returns {@link #huber} divided by β, so that its straight part has the slope 1. */
    static Huber smoothL1(double beta) {
        return new Huber(beta, true);
    }

    /** Returns the divergence of outputs ln p, or of logits if asked for, from probabilities. */
    static KlDivergence klDivergence() {
        return new KlDivergence(false);
    }

    /** Returns the negative logarithm of labels' probabilities, for outputs ln p. */
    static NegativeLogLikelihood negativeLogLikelihood() {
        return new NegativeLogLikelihood(List.of(), List.of());
    }

    /** Returns one minus the cosine of the angle between outputs and targets. */
    static CosineDistance cosineDistance() {
        return new CosineDistance();
    }

    /** Returns max(0, 1 − target · output) for targets −1 and 1. */
    static Hinge hinge() {
        return new Hinge(1);
    }

    /** Returns the loss of distances that are to be small where the target is 1, large at −1. */
    static HingeEmbedding hingeEmbedding() {
        return new HingeEmbedding(1);
    }

    /** Returns the loss of an anchor, what is to be near it, and what is to be farther. */
    static TripletMargin tripletMargin() {
        return new TripletMargin(1);
    }

    /** Returns softmax cross-entropy in which what is well predicted counts less; γ 2 is usual. */
    static Focal focal(double gamma) {
        return new Focal(gamma, List.of());
    }

    /**
     * Returns the loss of sequences of labels that stand nowhere in particular in time, class 0
     * being a blank.
     */
    static Ctc ctc() {
        return new Ctc(0);
    }
}
