package propane.differential;

import propane.nn.loss.Loss;
import propane.tensor.TensorType;

import java.util.List;

/**
 * What an output is trained for.
 *
 * @param units the length of the output's last axis
 * @param last layers after the last dense one
 * @param loss the loss
 * @param target what targets hold
 * @param ignored the labels that do not count, one at most
 * @param form how targets are given
 * @param metrics what is measured in addition to the loss
 */
record Task(
        int units,
        List<Term> last,
        Term loss,
        Target target,
        List<Integer> ignored,
        Form form,
        List<Term> metrics) {
    Task(
            int units,
            List<Term> last,
            Term loss,
            Target target,
            List<Integer> ignored,
            List<Term> metrics) {
        this(units, last, loss, target, ignored, Form.USUAL, metrics);
    }

    /** Returns the type of targets for outputs of a type. */
    TensorType type(TensorType outputs) {
        return ((Loss) loss.make()).target(outputs);
    }

    /** Returns this task with another loss. */
    Task with(Term other) {
        return new Task(units, last, other, target, ignored, form, metrics);
    }

    /** Returns this task where some targets are missing, and its loss leaves them out. */
    Task missing() {
        Term leaving = loss.with("ignoreNaN");
        return new Task(units, last, leaving, target, ignored, Form.MISSING, metrics);
    }

    /** Returns this task with targets that are whole numbers. */
    Task whole() {
        return new Task(units, last, loss, target, ignored, Form.WHOLE, metrics);
    }

    /** Returns whether each element of a target counts by itself. */
    boolean isOfElements() {
        return target == Target.LABELS || form == Form.MISSING || isByElement();
    }

    /** Returns whether each element of the outputs has a target of its own. */
    boolean isByElement() {
        return loss.make() instanceof Loss.Elementwise;
    }

    /** How targets are given. */
    enum Form {
        /** As the loss describes them. */
        USUAL,
        /** Some of them are missing. */
        MISSING,
        /** As int32 where the loss describes fractions. */
        WHOLE
    }

    /** Kinds of targets. */
    enum Target {
        /** Class numbers. */
        LABELS,
        /** Sequences of class numbers with trailing zeros. */
        SPELLINGS,
        /** Shares of classes. */
        SHARES,
        /** Numbers around 0. */
        NUMBERS,
        /** 0 or 1. */
        BITS,
        /** Numbers from 0 to 1. */
        FRACTIONS,
        /** −1 or 1. */
        SIGNS
    }
}
