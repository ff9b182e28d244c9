package propane.spi.op;

import java.util.Locale;

/** What a port carries. */
public enum Role {
    /** A weight of the model, trainable or frozen. */
    WEIGHT,
    /** What an optimizer keeps of a weight between steps. */
    SLOT,
    /** What the model itself keeps between steps: running means and variances. */
    STATISTIC,
    /** Examples: inputs, targets, example weights. */
    BATCH,
    /** Random numbers that the host fills in. */
    RANDOM,
    /** Numbers that steer the training: learning rates, the step, the seed, the loss scale. */
    HYPER,
    /** The gradient of the loss with respect to a weight. */
    GRADIENT,
    /** What the user asked for: outputs, the loss, metrics. */
    RESULT;

    /**
     * Returns whether functions hand on what such a port holds: of one name there is one port in
     * all functions of a program. A batch, a result and random numbers belong to their function.
     */
    public boolean isShared() {
        return this != BATCH && this != RESULT && this != RANDOM;
    }

    /** Returns whether such a port holds what belongs to the model: a weight or a statistic. */
    public boolean isModel() {
        return this == WEIGHT || this == STATISTIC;
    }

    /** Returns the lower-case name, as a training package spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
