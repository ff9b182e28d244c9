package propane.data;

import propane.tensor.DataException;
import propane.tensor.Preconditions;

import java.util.List;

/**
 * What a target may hold.
 *
 * @param range which numbers
 * @param mayBeMissing whether NaN is one that is missing, else it is an error
 * @param weights the target that holds how much each element counts, one at most: what has the
 *     weight 0 may be anything
 */
public record TargetRule(Range range, boolean mayBeMissing, List<String> weights) {
    /** Checks the settings. */
    public TargetRule {
        Preconditions.given("rule: range", range);
        weights = List.copyOf(weights);
    }

    /** Which numbers a target may hold. */
    public enum Range {
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

        private boolean holds(double value) {
            return switch (this) {
                case ANY -> true;
                case SHARES -> value >= 0 && value <= 1;
                case SIGNS -> value == -1 || value == 0 || value == 1;
                case WEIGHTS -> value >= 0;
            };
        }
    }

    /** Returns whether any number is taken, a missing one among them. */
    private boolean takesAll() {
        return range == Range.ANY && mayBeMissing;
    }

    /**
     * Returns the check of one target.
     *
     * @param name the target's name
     * @param target the index of its column in the source
     * @param counts that of its weights, one at most
     */
    Check check(String name, int target, List<Integer> counts) {
        return new OfTarget(name, target, counts);
    }

    /** Holds a target to this; remembers which of two signs it has met. */
    private final class OfTarget implements Check {
        private final String name;
        private final int target;
        private final List<Integer> counts;
        private double side = Double.NaN;

        OfTarget(String name, int target, List<Integer> counts) {
            this.name = name;
            this.target = target;
            this.counts = counts;
        }

        @Override
        public void require(Examples examples) {
            if (takesAll()) {
                return;
            }
            Values values = examples.of(target);
            if (range == Range.ANY && values.hasAll()) {
                return;
            }
            Values weights = counts.isEmpty() ? values : examples.of(counts.getFirst());
            boolean isWeighted = !counts.isEmpty();
            int size = values.size();
            int weighted = isWeighted ? weights.size() : 1;
            // Weights that do not fit are an error elsewhere.
            int each = size % weighted == 0 ? size / weighted : size;
            for (int example = 0; example < examples.count(); example++) {
                for (int i = 0; i < size; i++) {
                    if (!isWeighted || weights.at(example, i / each % weighted) != 0) {
                        require(values.at(example, i), examples, example, i);
                    }
                }
            }
        }

        private void require(double value, Examples examples, int example, int element) {
            if (Double.isNaN(value)) {
                if (!mayBeMissing) {
                    throw missing(examples.place(example), name, element);
                }
            } else if (!range.holds(value)) {
                throw outside(examples.place(example), name, value);
            } else if (range == Range.SIGNS && value != 1) {
                if (!Double.isNaN(side) && value != side) {
                    throw outside(examples.place(example), name, value);
                }
                side = value;
            }
        }
    }

    private static DataException missing(String place, String name, int element) {
        return new DataException(
                place
                        + ": the "
                        + name
                        + " is missing, NaN in element "
                        + element
                        + "; every value must be finite\n"
                        + "    fix: take a loss that leaves out what is missing, such as"
                        + " meanSquaredError().ignoreNaN(), leave such examples away, or fill in"
                        + " what is missing");
    }

    private DataException outside(String place, String name, double value) {
        String number =
                value == Math.rint(value)
                        ? Long.toString((long) value)
                        : Float.toString((float) value);
        return new DataException(
                place
                        + ": the "
                        + name
                        + " is "
                        + number
                        + "; the training takes "
                        + range.words
                        + "\n    fix: correct the data"
                        + (range == Range.WEIGHTS
                                ? ""
                                : "; for more than two classes let the model have an output for"
                                        + " each and take softmaxCrossEntropy(), for what is"
                                        + " missing give NaN to ignoreNaN() of the loss"));
    }
}
