package propane.nn;

import propane.tensor.Tensor;

/** A number that is reported; metrics of one name are the same. */
public interface Metric {
    /** Returns the name, for example {@code accuracy}. */
    String name();

    /** Returns whether larger values are better; of losses they are not. */
    default boolean largerIsBetter() {
        return true;
    }

    /** Returns the loss. */
    static Metric loss() {
        return new Metrics.Loss();
    }

    /** Returns a number that a step of one's own reports. */
    static Metric scalar(String name) {
        return new Metrics.Scalar(name);
    }

    /** Returns the share of examples whose largest output is the label's. */
    static Metric accuracy() {
        return new Metrics.Accuracy();
    }

    /** A metric worked out from predictions: the mean of one number for each example. */
    interface ByExample extends Metric {
        /** Returns the number of each example, float32 [batch]. */
        Tensor each(Tensor prediction, Tensor target);
    }
}
