package propane.nn;

import java.util.List;

/** The built-in losses. */
public final class Losses {
    private Losses() {}

    /** Returns the cross-entropy of a softmax of the outputs and int32 labels. */
    public static SoftmaxCrossEntropy softmaxCrossEntropy() {
        return new SoftmaxCrossEntropy(0, List.of(), List.of(), false);
    }

    /** Returns the cross-entropy of a sigmoid of the outputs and targets from 0 to 1. */
    public static BinaryCrossEntropy binaryCrossEntropy() {
        return new BinaryCrossEntropy();
    }

    /** Returns the mean squared difference of outputs and targets. */
    public static MeanSquaredError meanSquaredError() {
        return new MeanSquaredError();
    }

    /** Returns the mean absolute difference of outputs and targets. */
    public static MeanAbsoluteError meanAbsoluteError() {
        return new MeanAbsoluteError();
    }

    /** Returns a loss that is square up to a difference δ and straight beyond; 1 is usual. */
    public static Huber huber(double delta) {
        return new Huber(delta, false);
    }

    /** Returns {@link #huber} divided by β, so that its straight part has the slope 1. */
    public static Huber smoothL1(double beta) {
        return new Huber(beta, true);
    }

    /** Returns the divergence of outputs ln p, or of logits if asked for, from probabilities. */
    public static KlDivergence klDivergence() {
        return new KlDivergence(false);
    }

    /** Returns the negative logarithm of labels' probabilities, for outputs ln p. */
    public static NegativeLogLikelihood negativeLogLikelihood() {
        return new NegativeLogLikelihood(List.of(), List.of());
    }

    /** Returns one minus the cosine of the angle between outputs and targets. */
    public static CosineDistance cosineDistance() {
        return new CosineDistance();
    }

    /** Returns max(0, 1 − target · output) for targets −1 and 1. */
    public static Hinge hinge() {
        return new Hinge(1);
    }

    /** Returns the loss of distances that are to be small where the target is 1, large at −1. */
    public static HingeEmbedding hingeEmbedding() {
        return new HingeEmbedding(1);
    }

    /** Returns the loss of an anchor, what is to be near it, and what is to be farther. */
    public static TripletMargin tripletMargin() {
        return new TripletMargin(1);
    }

    /** Returns softmax cross-entropy in which what is well predicted counts less; γ 2 is usual. */
    public static Focal focal(double gamma) {
        return new Focal(gamma, List.of());
    }

    /**
     * Returns the loss of sequences of labels that stand nowhere in particular in time, class 0
     * being a blank.
     */
    public static Ctc ctc() {
        return new Ctc(0);
    }
}
