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
}
