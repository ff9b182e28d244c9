package propane.data;

import propane.spi.Preconditions;
import propane.tensor.DataException;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;

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

    /**
     * Requires that a target keeps to this.
     *
     * @param name the target's name
     * @param target the target
     * @param counts its weights, one at most
     * @param rows the rows to look at
     * @param places says where a row came from
     */
    void require(
            String name,
            Column target,
            List<Column> counts,
            int[] rows,
            IntFunction<String> places) {
        if (range == Range.ANY && (mayBeMissing || !isMissingSome(target))) {
            return;
        }
        IntToDoubleFunction values = values(target);
        IntToDoubleFunction weights = counts.isEmpty() ? _ -> 1 : values(counts.getFirst());
        int size = target.type().shape().size();
        int weighted = counts.isEmpty() ? 1 : counts.getFirst().type().shape().size();
        // Weights that do not fit are an error elsewhere.
        int each = size % weighted == 0 ? size / weighted : size;
        double side = Double.NaN;
        for (int row : rows) {
            for (int i = 0; i < size; i++) {
                double value = values.applyAsDouble(row * size + i);
                if (weights.applyAsDouble(row * weighted + i / each % weighted) == 0) {
                    continue;
                }
                if (Double.isNaN(value)) {
                    if (!mayBeMissing) {
                        throw missing(places.apply(row), name, i);
                    }
                } else if (!range.holds(value)) {
                    throw outside(places.apply(row), name, value);
                } else if (range == Range.SIGNS && value != 1) {
                    if (!Double.isNaN(side) && value != side) {
                        throw outside(places.apply(row), name, value);
                    }
                    side = value;
                }
            }
        }
    }

    private static boolean isMissingSome(Column column) {
        if (column instanceof Column.Floats(float[] values, _)) {
            for (float value : values) {
                if (Float.isNaN(value)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static IntToDoubleFunction values(Column column) {
        return switch (column) {
            case Column.Floats floats -> i -> floats.values()[i];
            case Column.Ints ints -> i -> ints.values()[i];
            case Column.Bytes bytes -> i -> bytes.values()[Byte.toUnsignedInt(bytes.codes()[i])];
            case Column.Noise _ -> _ -> 0;
        };
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
