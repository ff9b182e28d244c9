package propane.data;

import propane.tensor.DataException;
import propane.tensor.Problem;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/** The class numbers of examples; of a source that is not in memory all examples are read. */
final class Labels {
    private static final int BATCH = 256;

    private Labels() {}

    /** Returns the class number of each of some rows. */
    static int[] of(Table table, Rows rows, View target) {
        int[] labels = new int[rows.size()];
        if (table.isInMemory()) {
            int[] all = ((Stored.Ints) table.stored(target)).values();
            for (int i = 0; i < labels.length; i++) {
                labels[i] = all[rows.at(i)];
            }
            return labels;
        }
        forEach(
                table,
                rows,
                target,
                new IntConsumer() {
                    private int next;

                    @Override
                    public void accept(int label) {
                        labels[next++] = label;
                    }
                });
        return labels;
    }

    /**
     * Returns the number of classes: 1 + the largest number of all rows of the source.
     *
     * @throws DataException if not one target has whole numbers
     */
    static int classes(Table table) {
        var names = Columns.ints(table.targets());
        if (names.size() != 1) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: classes() needs one int32 target; the targets are "
                                            + Table.types(table.targets()))
                            .operand("targets", Table.types(table.targets())));
        }
        return largest(table, table.target(names.getFirst())) + 1;
    }

    private static int largest(Table table, View target) {
        if (table.isInMemory()) {
            return ((Stored.Ints) table.stored(target)).largest();
        }
        int[] largest = {-1};
        forEach(table, table.rows(), target, label -> largest[0] = Math.max(largest[0], label));
        return largest[0];
    }

    private static void forEach(Table table, Rows rows, View target, IntConsumer taker) {
        var reader = new BatchReader(table, rows, new RowOrder.AsGiven(), BATCH);
        MemorySegment[] to = reader.segments(BATCH);
        int[] labels = new int[BATCH * target.type().shape().size()];
        to[reader.indexOf(target)] = MemorySegment.ofArray(labels);
        for (int batch = 0; batch < reader.count(); batch++) {
            int count = reader.fill(0, batch, to) * target.type().shape().size();
            for (int i = 0; i < count; i++) {
                taker.accept(labels[i]);
            }
        }
    }
}
