package propane.data;

import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.Problem;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The columns of a source as a data set has them: by which names, changed how, held to what. What
 * lies in memory is changed and checked at once; of any other source that waits until a batch is
 * read, which {@link BatchReader} does.
 *
 * @param source where examples come from
 * @param inputs the inputs by name
 * @param targets the targets by name
 * @param checks what each batch is held to; a check may remember what it saw, so that every reader
 *     has its own
 */
record Table(
        DataSource source,
        Map<String, View> inputs,
        Map<String, View> targets,
        List<Supplier<Check>> checks) {
    /** An array of row numbers cannot be longer. */
    private static final long MOST_ROWS = Integer.MAX_VALUE - 8;

    Table {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
        checks = List.copyOf(checks);
    }

    /** Returns a source's columns as it gives them. */
    static Table of(DataSource source) {
        String who = source.getClass().getName();
        var columns = Preconditions.returned(who + ".columns()", source.columns());
        var inputs = new LinkedHashMap<String, View>();
        var targets = new LinkedHashMap<String, View>();
        var names = new HashSet<String>();
        for (int i = 0; i < columns.size(); i++) {
            var column = Preconditions.returned(who + ".columns(): one", columns.get(i));
            var type = column.type();
            if (type.dtype() != DType.FLOAT32 && type.dtype() != DType.INT32) {
                throw new DataException(
                        Problem.ofRule(
                                        "data: "
                                                + who
                                                + " has the column "
                                                + column.name()
                                                + " of "
                                                + type
                                                + "; columns are float32 or int32")
                                .operand(column.name(), type)
                                .fix("convert each value where it is read"));
            }
            if (!names.add(column.name())) {
                throw new UnknownNameException(
                        "data: " + who + " has two columns of the name " + column.name());
            }
            (column.isTarget() ? targets : inputs)
                    .put(column.name(), new View.OfSource(i, type, List.of()));
        }
        if (inputs.isEmpty()) {
            throw new DataException(
                    Problem.ofRule("data: " + who + " has no input")
                            .fix("give a column that is none of the targets"));
        }
        return new Table(source, inputs, targets, List.of());
    }

    /** Returns all rows of the source. */
    Rows rows() {
        long size = source.size();
        if (size < 0 || size > MOST_ROWS) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: "
                                            + source.getClass().getName()
                                            + " has "
                                            + size
                                            + " examples; a data set takes 0 to "
                                            + MOST_ROWS)
                            .fix("make several sources of it, and train on one after the other"));
        }
        return new Rows.Range(0, (int) size);
    }

    /** Returns whether all values lie in memory, changed and checked. */
    boolean isInMemory() {
        return source instanceof ArraySource;
    }

    /** Returns the values of a column in memory. */
    Stored stored(View view) {
        return ((ArraySource) source).stored(indexOf(view));
    }

    /** Returns which column of the source a view shows. */
    int indexOf(View view) {
        return ((View.OfSource) view).index();
    }

    View target(String name) {
        if (!targets.containsKey(name)) {
            throw UnknownNameException.among("data: no target", name, targets.keySet());
        }
        return targets.get(name);
    }

    Table withInputs(Map<String, View> others) {
        Columns.requireDistinct(others.keySet(), targets.keySet());
        return new Table(source, others, targets, checks);
    }

    /** Returns this with the values of an input or target changed. */
    Table changed(String name, Change change) {
        boolean isTarget = targets.containsKey(name);
        var others = new LinkedHashMap<>(isTarget ? targets : inputs);
        var old = (View.OfSource) others.get(name);
        TensorType type = change.type(name, old.type());
        DataSource changed = source;
        var later = new ArrayList<>(old.changes());
        if (source instanceof ArraySource arrays) {
            changed = arrays.with(old.index(), change.of(name, arrays.stored(old.index())));
        } else {
            later.add(change);
        }
        others.put(name, new View.OfSource(old.index(), type, List.copyOf(later)));
        return isTarget
                ? new Table(changed, inputs, others, checks)
                : new Table(changed, others, targets, checks);
    }

    /**
     * Returns this held to a rule.
     *
     * @param rows the rows to look at now if they lie in memory
     * @throws DataException if one of those does not keep to it, or no column of its type does
     */
    Table require(String name, ColumnRule rule, Rows rows) {
        View view = inputs.containsKey(name) ? inputs.get(name) : target(name);
        boolean isWhole = view.type().dtype() == DType.INT32;
        if (rule instanceof ColumnRule.Tokens && !isWhole) {
            return this;
        }
        if (rule instanceof ColumnRule.Labels && !isWhole) {
            throw new DataException(
                    Problem.ofRule("data: labels are int32; " + name + " is " + view.type())
                            .operand(name, view.type()));
        }
        if (view instanceof View.Noise) {
            throw new DataException(
                    Problem.ofRule("data: " + name + " is noise, which is held to nothing")
                            .operand(name, view.type()));
        }
        List<Integer> weights =
                rule instanceof ColumnRule.Numbers numbers
                        ? numbers.weights().stream()
                                .filter(targets::containsKey)
                                .map(each -> indexOf(targets.get(each)))
                                .toList()
                        : List.of();
        int column = indexOf(view);
        Supplier<Check> check = () -> Check.of(rule, name, column, weights);
        if (isInMemory()) {
            check.get().require(new InMemory(rows));
            return this;
        }
        var more = new ArrayList<>(checks);
        more.add(check);
        return new Table(source, inputs, targets, more);
    }

    /** Returns the types of columns, by name. */
    static Map<String, TensorType> types(Map<String, View> columns) {
        var types = new LinkedHashMap<String, TensorType>();
        columns.forEach((name, column) -> types.put(name, column.type()));
        return Collections.unmodifiableMap(types);
    }

    /** Returns what examples are, for example {@code 12 examples: {input=fp32[8]} → {}}. */
    String text(int size) {
        return size + " examples: " + types(inputs) + " → " + types(targets);
    }

    /** Rows that lie in memory, which are examined where they lie. */
    private final class InMemory implements Check.Examples {
        private final Rows rows;

        InMemory(Rows rows) {
            this.rows = rows;
        }

        @Override
        public int count() {
            return rows.size();
        }

        @Override
        public String place(int example) {
            return source.place(rows.at(example));
        }

        @Override
        public Check.Values of(int column) {
            Stored stored = ((ArraySource) source).stored(column);
            int size = stored.type().shape().size();
            return new Check.Values() {
                @Override
                public int size() {
                    return size;
                }

                @Override
                public double at(int example, int element) {
                    return stored.number(rows.at(example) * size + element);
                }

                @Override
                public boolean isWithin(int limit) {
                    return stored instanceof Stored.Ints ints && ints.isWithin(limit);
                }

                @Override
                public boolean hasAll() {
                    return !(stored instanceof Stored.Floats floats && floats.isMissingSome());
                }
            };
        }
    }
}
