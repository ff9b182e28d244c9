package propane.data;

import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Copies the batches of a data set into native memory. Any batch of any epoch can be asked for, in
 * any order, and is always the same: a run that is resumed at an epoch and a batch meets the
 * examples that the unbroken one would have met.
 *
 * <p>{@link #fill} allocates nothing. A new epoch costs one pass over the row numbers. A reader
 * belongs to one thread.
 */
public final class BatchReader {
    /** Columns are float32 or int32. */
    private static final int ELEMENT_BYTES = 4;

    private final Dataset data;
    private final int batchSize;
    private final List<String> names;
    private final List<TensorType> types;
    private final Column[] columns;
    private final int[] rowSizes;
    private final int[] rows;
    private int epoch = -1;

    BatchReader(Dataset data, int batchSize) {
        Preconditions.atLeast(1, "data: the number of examples of a batch", batchSize);
        this.data = data;
        this.batchSize = batchSize;
        var all =
                Stream.concat(
                                data.inputColumns().entrySet().stream(),
                                data.targetColumns().entrySet().stream())
                        .toList();
        this.names = all.stream().map(Map.Entry::getKey).toList();
        this.columns = all.stream().map(Map.Entry::getValue).toArray(Column[]::new);
        this.types = Stream.of(columns).map(Column::type).toList();
        this.rowSizes = types.stream().mapToInt(type -> type.shape().size()).toArray();
        this.rows = new int[data.size()];
    }

    /** Returns the names of the inputs, then of the targets. */
    public List<String> names() {
        return names;
    }

    /** Returns the types of one example of each of {@link #names}. */
    public List<TensorType> types() {
        return types;
    }

    /** Returns the number of batches of an epoch, a last shorter one included. */
    public int count() {
        return Math.ceilDiv(rows.length, batchSize);
    }

    /**
     * Returns the number of examples of a batch; only the last of an epoch has fewer than others.
     *
     * @param batch the batch, from 0
     */
    public int size(int batch) {
        if (batch < 0 || batch >= count()) {
            throw new ShapeException(
                    "data: there is no batch " + batch + "; an epoch has " + count());
        }
        return Math.min(batchSize, rows.length - batch * batchSize);
    }

    /**
     * Copies a batch, row-major: one example after the other from the first byte on. What lies
     * after the last example of a shorter batch stays as it was.
     *
     * @param epoch the epoch, from 0; decides order and noise
     * @param batch the batch of the epoch, from 0
     * @param to a segment for each of {@link #names}, in that order, at least as long as the batch
     *     and aligned to 4 bytes
     * @return the number of examples copied: {@link #size}
     * @throws ShapeException if there is no such batch, or a segment is missing or too short
     */
    public int fill(int epoch, int batch, MemorySegment... to) {
        int size = size(batch);
        fillFrom(epoch, batch * batchSize, size, to);
        return size;
    }

    /**
     * Copies some examples of an epoch, as {@link #fill} does, from any of them on.
     *
     * @param epoch the epoch, from 0; decides order and noise
     * @param from the first example, from 0, in the order of the epoch
     * @param size the number of examples, at most as many as a batch has
     * @param to a segment for each of {@link #names}
     * @throws ShapeException if there are not so many examples, or a segment is missing or too
     *     short
     */
    public void fillFrom(int epoch, int from, int size, MemorySegment... to) {
        if (from < 0 || size < 0 || from > rows.length - size) {
            throw new ShapeException(
                    "data: there are no examples "
                            + from
                            + " to "
                            + (from + (long) size - 1)
                            + "; an epoch has "
                            + rows.length);
        }
        if (to.length != columns.length) {
            throw new ShapeException("data: " + to.length + " segments for the columns " + names);
        }
        arrange(epoch);
        for (int i = 0; i < columns.length; i++) {
            if (to[i].byteSize() < bytes(i, size)) {
                throw tooShort(i, size, to[i]);
            }
            copy(columns[i], rowSizes[i], from, size, to[i]);
        }
    }

    /** Returns the number of examples of an epoch. */
    public int examples() {
        return rows.length;
    }

    /**
     * Returns a batch as concrete arrays.
     *
     * @param epoch the epoch, from 0; decides order and noise
     * @param batch the batch of the epoch, from 0
     * @throws ShapeException if there is no such batch
     */
    public Batch read(int epoch, int batch) {
        int size = size(batch);
        var segments = new MemorySegment[columns.length];
        var arrays = new ArrayList<Supplier<NDArray>>();
        for (int i = 0; i < columns.length; i++) {
            Shape shape = types.get(i).shape().prepend(size);
            if (types.get(i).dtype() == DType.INT32) {
                int[] ints = new int[shape.size()];
                segments[i] = MemorySegment.ofArray(ints);
                arrays.add(() -> NDArray.of(ints, shape));
            } else {
                float[] floats = new float[shape.size()];
                segments[i] = MemorySegment.ofArray(floats);
                arrays.add(() -> NDArray.of(floats, shape));
            }
        }
        fill(epoch, batch, segments);
        var inputs = new LinkedHashMap<String, NDArray>();
        var targets = new LinkedHashMap<String, NDArray>();
        for (int i = 0; i < columns.length; i++) {
            var part = data.inputColumns().containsKey(names.get(i)) ? inputs : targets;
            part.put(names.get(i), arrays.get(i).get());
        }
        return new Batch(inputs, targets);
    }

    private void copy(Column column, int elements, int first, int size, MemorySegment to) {
        int from = 0;
        while (from < size) {
            int row = rows[first + from];
            int until = from + 1;
            // Neighbours stay neighbours unless the data are shuffled: copy them at once.
            while (until < size && rows[first + until] == row + until - from) {
                until++;
            }
            long offset = (long) from * elements * ELEMENT_BYTES;
            column.copy(row, until - from, elements, epoch, to, offset);
            from = until;
        }
    }

    private long bytes(int column, int size) {
        return (long) size * rowSizes[column] * ELEMENT_BYTES;
    }

    private void arrange(int wanted) {
        if (wanted < 0) {
            throw new ShapeException("data: epochs count from 0, not " + wanted);
        }
        if (epoch != wanted) {
            data.arrange(rows, wanted);
            epoch = wanted;
        }
    }

    private ShapeException tooShort(int column, int size, MemorySegment to) {
        return new ShapeException(
                "data: "
                        + names.get(column)
                        + " takes "
                        + bytes(column, size)
                        + " bytes for "
                        + size
                        + " examples of "
                        + types.get(column)
                        + ", the segment has "
                        + to.byteSize());
    }

    /** Returns what it reads. */
    @Override
    public String toString() {
        return count() + " batches of " + batchSize + " of " + data;
    }
}
