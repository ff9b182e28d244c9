package propane.differential;

import java.util.List;

/**
 * What an output is trained for.
 *
 * @param units the length of the output's last axis
 * @param last layers behind the last dense one
 * @param loss the loss
 * @param target what targets hold
 * @param ignored the labels that do not count, one at most
 * @param metrics what is measured beside the loss
 */
record Task(
        int units,
        List<Term> last,
        Term loss,
        Target target,
        List<Integer> ignored,
        List<Term> metrics) {
    /** Kinds of targets. */
    enum Target {
        /** Class numbers. */
        LABELS,
        /** Sequences of class numbers with zeros behind. */
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
