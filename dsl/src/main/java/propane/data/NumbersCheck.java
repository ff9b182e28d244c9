package propane.data;

import propane.data.ColumnRule.Range;
import propane.tensor.DataException;
import propane.tensor.Problem;

import java.util.List;

/** Holds a target to a range of numbers; remembers which of two signs it has met. */
final class NumbersCheck implements Check {
    private final String name;
    private final Range range;
    private final boolean mayBeMissing;
    private final int target;
    private final List<Integer> counts;
    private double side = Double.NaN;

    /**
     * Checks one target.
     *
     * @param name the target's name
     * @param target the index of its column in the source
     * @param counts that of its weights, one at most
     */
    NumbersCheck(ColumnRule.Numbers rule, String name, int target, List<Integer> counts) {
        this.name = name;
        this.range = rule.range();
        this.mayBeMissing = rule.mayBeMissing();
        this.target = target;
        this.counts = counts;
    }

    @Override
    public void require(Examples examples) {
        if (range == Range.ANY && mayBeMissing) {
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

    private static DataException missing(String place, String name, int element) {
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": the "
                                        + name
                                        + " is missing, NaN in element "
                                        + element
                                        + "; every value must be finite")
                        .operand(name, Float.NaN)
                        .fix(
                                "take a loss that leaves out what is missing, such as"
                                    + " meanSquaredError().ignoreNaN(), leave such examples away,"
                                    + " or fill in what is missing"));
    }

    private DataException outside(String place, String name, double value) {
        String number =
                value == Math.rint(value)
                        ? Long.toString((long) value)
                        : Float.toString((float) value);
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": the "
                                        + name
                                        + " is "
                                        + number
                                        + "; the training takes "
                                        + range.words())
                        .operand(name, number)
                        .fix(
                                "correct the data"
                                        + (range == Range.WEIGHTS
                                                ? ""
                                                : "; for more than two classes let the model have"
                                                        + " an output for each and take"
                                                        + " softmaxCrossEntropy(), for what is"
                                                        + " missing give NaN to ignoreNaN() of the"
                                                        + " loss")));
    }
}
