package propane.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What is done to a batch that a source outside of memory gave: it is held to be finite, changed,
 * and held to the rules of the training that reads it, as arrays are before any batch is made.
 */
final class AfterRead implements Check.Examples {
    /** So many numbers are looked at together. */
    private static final int BLOCK = 1024;

    private final int[] block = new int[BLOCK];
    private final List<String> names;
    private final List<View> views;
    private final Table table;
    private final List<Check> checks;
    private MemorySegment[] batch = {};
    private IntFunction<String> places = _ -> "";
    private int count;

    AfterRead(Table table, List<Map.Entry<String, View>> columns) {
        this.table = table;
        this.names = columns.stream().map(Map.Entry::getKey).toList();
        this.views = columns.stream().map(Map.Entry::getValue).toList();
        this.checks = table.checks().stream().map(Supplier::get).toList();
    }

    /**
     * Looks at a batch and changes it where it lies.
     *
     * @param values for each column the values that were read
     * @param size the number of examples
     * @param from says where each comes from
     */
    void run(MemorySegment[] values, int size, IntFunction<String> from) {
        batch = values;
        count = size;
        places = from;
        for (int i = 0; i < views.size(); i++) {
            if (views.get(i) instanceof View.OfSource column) {
                finish(i, column);
            }
        }
        checks.forEach(check -> check.require(this));
    }

    private void finish(int index, View.OfSource column) {
        String name = names.get(index);
        int size = column.type().shape().size();
        if (column.isOfFloats()) {
            requireFinite(index, size);
        }
        for (Change change : column.changes()) {
            change.apply(name, batch[index], count, size, places);
        }
    }

    private void requireFinite(int index, int size) {
        MemorySegment values = batch[index];
        if (areFinite(values, (long) count * size)) {
            return;
        }
        boolean mayBeMissing = table.targets().containsKey(names.get(index));
        for (int i = 0; i < count * size; i++) {
            float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (!Float.isFinite(value) && !(mayBeMissing && Float.isNaN(value))) {
                throw Columns.notFinite(
                        places.apply(i / size), names.get(index), value, "", i % size);
            }
        }
    }

    /**
     * Whether all are finite, by their bits: all of the exponent's are set in those that are not.
     */
    private boolean areFinite(MemorySegment values, long elements) {
        int infinite = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
        int largest = 0;
        for (long from = 0; from < elements; from += BLOCK) {
            int some = (int) Math.min(BLOCK, elements - from);
            MemorySegment.copy(values, ValueLayout.JAVA_INT, from * Float.BYTES, block, 0, some);
            for (int i = 0; i < some; i++) {
                largest = Math.max(largest, block[i] & Integer.MAX_VALUE);
            }
        }
        return largest < infinite;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public String place(int example) {
        return places.apply(example);
    }

    @Override
    public Check.Values of(int column) {
        for (int i = 0; i < views.size(); i++) {
            if (views.get(i) instanceof View.OfSource view && view.index() == column) {
                return new Read(batch[i], view);
            }
        }
        throw new IllegalStateException("no column " + column);
    }

    /**
     * The values of one column of a batch.
     *
     * @param values where they lie
     * @param view what they are
     */
    private record Read(MemorySegment values, View.OfSource view) implements Check.Values {
        @Override
        public int size() {
            return view.type().shape().size();
        }

        @Override
        public double at(int example, int element) {
            long index = (long) example * size() + element;
            return view.type().dtype().get(values, index);
        }
    }
}
