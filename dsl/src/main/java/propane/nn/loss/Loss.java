package propane.nn.loss;

import propane.nn.rule.SampleWeights;
import propane.spi.Preconditions;
import propane.tensor.NDArray;
import propane.tensor.Problem;
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
     * Returns the mean loss of a batch against one target for all: 1 for what a discriminator is
     * given of the data, 0 for what is made up.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what each of its targets should be
     */
    default Tensor of(Tensor prediction, double target) {
        return of(prediction, Tensor.constant(NDArray.full(target(prediction.type()), target)));
    }

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
                Problem.ofRule("sampleWeight: the loss does not tell the loss of each example")
                        .fix("implement Loss.PerExample, whose each(…) does"));
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

    /** What a loss takes outputs for. */
    enum OutputKind {
        /** Logits of which it takes the softmax. */
        LOGITS_OF_CLASSES,
        /** Logits of which it takes the sigmoid. */
        LOGITS_OF_SIDES,
        /** Logarithms of the probabilities of classes. */
        LOGARITHMS,
        /** Something else, or not known. */
        OTHER
    }

    /**
     * Returns what outputs are taken for, so that a model that ends with a softmax or sigmoid of
     * its own is told; by default not known.
     */
    default OutputKind outputKind() {
        return OutputKind.OTHER;
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
     * {@code .loss("size", huber(1).lossWeight(0.3))}.
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
            Tensor outputs = SampleWeights.counted(prediction, weights);
            Tensor wanted =
                    target.dtype().isFloat() ? SampleWeights.counted(target, weights) : target;
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
}
