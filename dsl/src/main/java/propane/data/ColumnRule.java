package propane.data;

import propane.spi.Preconditions;

import java.util.List;

/**
 * What an input or target may hold, as the training that reads it says: {@link Dataset#require}
 * holds examples to it.
 */
public sealed interface ColumnRule {
    /**
     * Class numbers, from 0 to classes − 1.
     *
     * @param classes the number of classes that the model tells apart
     * @param ignored other numbers that may stand there
     */
    record Labels(int classes, List<Integer> ignored) implements ColumnRule {
        /** Copies the list. */
        public Labels {
            Preconditions.given("labels: ignored", ignored);
            ignored = List.copyOf(ignored);
        }
    }

    /**
     * Numbers of tokens, from 0 to vocabulary − 1; a column that is not int32 has none.
     *
     * @param vocabulary the number of vectors that they choose from
     */
    record Tokens(int vocabulary) implements ColumnRule {}

    /**
     * Numbers of a range.
     *
     * @param range which numbers
     * @param mayBeMissing whether NaN is one that is missing, else it is an error
     * @param weights the target that holds how much each element counts, one at most: what has the
     *     weight 0 may be anything
     */
    record Numbers(Range range, boolean mayBeMissing, List<String> weights) implements ColumnRule {
        /** Checks the settings. */
        public Numbers {
            Preconditions.given("rule: range", range);
            weights = List.copyOf(weights);
        }
    }

    /** Which numbers a target may hold. */
    enum Range {
        /** Any. */
        ANY("any number"),
        /** From 0, no, to 1, yes. */
        SHARES("numbers from 0, no, to 1, yes"),
        /** −1 and 1, or 0 and 1. */
        SIGNS("either -1 and 1, or 0 and 1"),
        /** How much something counts. */
        WEIGHTS("weights of 0 or more");

        private final String words;

        Range(String words) {
            this.words = words;
        }

        boolean holds(double value) {
            return switch (this) {
                case ANY -> true;
                case SHARES -> value >= 0 && value <= 1;
                case SIGNS -> value == -1 || value == 0 || value == 1;
                case WEIGHTS -> value >= 0;
            };
        }

        /** Returns which numbers, in words. */
        String words() {
            return words;
        }
    }
}
