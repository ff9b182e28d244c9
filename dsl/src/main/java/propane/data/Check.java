package propane.data;

import propane.tensor.DataException;

import java.util.List;

/**
 * What examples are held to before a training takes them: all at once where they lie in memory,
 * else each batch when it was read.
 */
interface Check {
    /**
     * Looks at some examples.
     *
     * @throws DataException if one does not keep to the rule; names where it comes from
     */
    void require(Examples examples);

    /** Some examples, wherever they lie. */
    interface Examples {
        /** Returns how many there are. */
        int count();

        /**
         * Returns their values of a column.
         *
         * @param column the index of the column in the source
         */
        Values of(int column);

        /** Returns where an example comes from. */
        String place(int example);
    }

    /** The values that some examples have of one column. */
    interface Values {
        /** Returns the number of elements of an example. */
        int size();

        /** Returns one number. */
        double at(int example, int element);

        /** Returns whether all are known to be from 0 up to a limit, without a look at each. */
        default boolean isWithin(int limit) {
            return false;
        }

        /** Returns whether none is known to be missing, NaN, without a look at each. */
        default boolean hasAll() {
            return false;
        }
    }

    /**
     * Returns the check of a rule for one column.
     *
     * @param name what the column is called
     * @param column its index in the source
     * @param weights that of its weights, one at most
     */
    static Check of(ColumnRule rule, String name, int column, List<Integer> weights) {
        return switch (rule) {
            case ColumnRule.Labels(int classes, var ignored) ->
                    new Below(
                            column,
                            classes,
                            ignored,
                            (place, label) -> Columns.noClass(place, name, label, classes));
            case ColumnRule.Tokens(int vocabulary) ->
                    new Below(
                            column,
                            vocabulary,
                            List.of(),
                            (place, token) -> Columns.noToken(place, name, token, vocabulary));
            case ColumnRule.Numbers numbers -> new NumbersCheck(numbers, name, column, weights);
        };
    }

    /** The error of a number that chooses nothing. */
    @FunctionalInterface
    interface Outside {
        DataException error(String place, int number);
    }

    /**
     * Numbers that choose something: from 0 up to a limit.
     *
     * @param column the index of the column in the source
     * @param limit how many there are to choose from
     * @param allowed others that need not choose
     * @param outside the error of any other
     */
    record Below(int column, int limit, List<Integer> allowed, Outside outside) implements Check {
        @Override
        public void require(Examples examples) {
            Values numbers = examples.of(column);
            if (numbers.isWithin(limit)) {
                return;
            }
            for (int example = 0; example < examples.count(); example++) {
                for (int i = 0; i < numbers.size(); i++) {
                    int number = (int) numbers.at(example, i);
                    if ((number < 0 || number >= limit) && !allowed.contains(number)) {
                        throw outside.error(examples.place(example), number);
                    }
                }
            }
        }
    }
}
