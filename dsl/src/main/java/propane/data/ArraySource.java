package propane.data;

import propane.tensor.NDArray;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** Columns that lie in memory, whole: what arrays, tables and images become. Checked when made. */
final class ArraySource implements DataSource {
    private static final int ELEMENT_BYTES = 4;

    private final List<Column> columns;
    private final Stored[] stored;
    private final int[] sizes;
    private final int size;
    private final LongFunction<String> places;

    private ArraySource(
            List<Column> columns, Stored[] stored, int size, LongFunction<String> places) {
        this.columns = columns;
        this.stored = stored;
        this.sizes = new int[stored.length];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = stored[i].type().shape().size();
        }
        this.size = size;
        this.places = places;
    }

    /**
     * Returns the source of some columns.
     *
     * @param size the number of examples that each has
     * @param places says where a row came from
     */
    static ArraySource of(
            Map<String, Stored> inputs,
            Map<String, Stored> targets,
            int size,
            LongFunction<String> places) {
        var columns = new ArrayList<Column>();
        var stored = new ArrayList<Stored>();
        inputs.forEach((name, column) -> {
            columns.add(Column.input(name, column.type()));
            stored.add(column);
        });
        targets.forEach((name, column) -> {
            columns.add(Column.target(name, column.type()));
            stored.add(column);
        });
        return new ArraySource(List.copyOf(columns), stored.toArray(Stored[]::new), size, places);
    }

    /** Returns the source of arrays whose first axis counts the examples. */
    static ArraySource of(Map<String, NDArray> inputs, Map<String, NDArray> targets, int size) {
        return of(stored(inputs, false), stored(targets, true), size, row -> "example " + row);
    }

    private static Map<String, Stored> stored(Map<String, NDArray> arrays, boolean areTargets) {
        var columns = new LinkedHashMap<String, Stored>();
        arrays.forEach((name, array) -> columns.put(name, Columns.of(name, array, areTargets)));
        return columns;
    }

    /** Returns the source of an input and a target. */
    static ArraySource of(Stored input, Stored target, int size, LongFunction<String> places) {
        return of(Map.of(Dataset.INPUT, input), Map.of(Dataset.TARGET, target), size, places);
    }

    Stored stored(int column) {
        return stored[column];
    }

    /** Returns this source with another column in one's place, of as many values. */
    ArraySource with(int column, Stored other) {
        var changed = stored.clone();
        changed[column] = other;
        var old = columns.get(column);
        var types = new ArrayList<>(columns);
        types.set(column, new Column(old.name(), other.type(), old.isTarget()));
        return new ArraySource(List.copyOf(types), changed, size, places);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public void read(long row, MemorySegment... to) {
        for (int i = 0; i < stored.length; i++) {
            stored[i].copy((int) row, 1, sizes[i], to[i], 0);
        }
    }

    @Override
    public void read(long[] rows, int count, MemorySegment... to) {
        for (int i = 0; i < stored.length; i++) {
            copy(stored[i], sizes[i], rows, count, to[i]);
        }
    }

    private static void copy(Stored column, int size, long[] rows, int count, MemorySegment to) {
        int from = 0;
        while (from < count) {
            long row = rows[from];
            int until = from + 1;
            // Neighbours stay neighbours unless the data are shuffled: copy them at once.
            while (until < count && rows[until] == row + until - from) {
                until++;
            }
            long offset = (long) from * size * ELEMENT_BYTES;
            column.copy((int) row, until - from, size, to, offset);
            from = until;
        }
    }

    @Override
    public String place(long row) {
        return places.apply(row);
    }
}
