package propane.data;

import propane.spi.Preconditions;
import propane.spi.op.CounterRandom;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Copies the batches of a data set into native memory. Any batch of any epoch can be asked for, in
 * any order, and is always the same: a run that is resumed at an epoch and a batch meets the
 * examples that the unbroken one would have met.
 *
 * <p>{@link #fill} allocates nothing where examples lie in memory. A new epoch costs one pass over
 * the row numbers. A reader belongs to one thread.
 */
public final class BatchReader {
    /** Columns are float32 or int32. */
    private static final int ELEMENT_BYTES = 4;

    private final Table table;
    private final Rows rows;
    private final RowOrder order;
    private final int batchSize;
    private final List<String> names;
    private final List<TensorType> types;
    private final View[] columns;
    private final int[] rowSizes;
    private final MemorySegment[] sourceTo;
    private final long[] batchRows;

    /** Nothing where examples lie in memory: they are changed and checked. */
    private final List<AfterRead> afterRead;

    /** The rows in the order of an epoch, unless they follow one another. */
    private int[] arranged = {};

    /** The first of rows that follow one another; −1 where they do not. */
    private int first = -1;

    private int epoch = -1;

    BatchReader(Table table, Rows rows, RowOrder order, int batchSize) {
        Preconditions.atLeast(1, "data: the number of examples of a batch", batchSize);
        this.table = table;
        this.rows = rows;
        this.order = order;
        this.batchSize = batchSize;
        var all =
                Stream.concat(
                                table.inputs().entrySet().stream(),
                                table.targets().entrySet().stream())
                        .toList();
        this.names = all.stream().map(Map.Entry::getKey).toList();
        this.columns = all.stream().map(Map.Entry::getValue).toArray(View[]::new);
        this.types = Stream.of(columns).map(View::type).toList();
        this.rowSizes = types.stream().mapToInt(type -> type.shape().size()).toArray();
        long given = Stream.of(columns).filter(View.OfSource.class::isInstance).count();
        this.sourceTo = new MemorySegment[(int) given];
        this.batchRows = new long[Math.min(batchSize, rows.size())];
        this.afterRead = table.isInMemory() ? List.of() : List.of(new AfterRead(table, all));
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
        return Math.ceilDiv(rows.size(), batchSize);
    }

    /**
     * Returns the number of examples of a batch; only the last of an epoch has fewer than others.
     *
     * @param batch the batch, from 0
     */
    public int size(int batch) {
        if (batch < 0 || batch >= count()) {
            throw new ShapeException(
                    Problem.ofRule("data: there is no batch " + batch + "; an epoch has " + count())
                            .operand("batch", batch));
        }
        return Math.min(batchSize, rows.size() - batch * batchSize);
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
        if (from < 0 || size < 0 || from > rows.size() - size) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "data: there are no examples "
                                            + from
                                            + " to "
                                            + (from + (long) size - 1)
                                            + "; an epoch has "
                                            + rows.size())
                            .operand("from", from)
                            .operand("size", size));
        }
        if (size > batchSize) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "data: asked for "
                                            + size
                                            + " examples of a reader of batches of "
                                            + batchSize)
                            .operand("size", size));
        }
        if (to.length != columns.length) {
            throw new ShapeException(
                    Problem.ofRule("data: " + to.length + " segments for the columns " + names)
                            .operand("columns", names));
        }
        arrange(epoch);
        for (int i = 0; i < columns.length; i++) {
            if (to[i].byteSize() < bytes(i, size)) {
                throw tooShort(i, size, to[i]);
            }
        }
        read(from, size, to);
    }

    /** Returns the number of examples of an epoch. */
    public int examples() {
        return rows.size();
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
        MemorySegment[] segments = segments(size);
        fill(epoch, batch, segments);
        var inputs = new LinkedHashMap<String, NDArray>();
        var targets = new LinkedHashMap<String, NDArray>();
        for (int i = 0; i < columns.length; i++) {
            var part = table.inputs().containsKey(names.get(i)) ? inputs : targets;
            Shape shape = types.get(i).shape().prepend(size);
            part.put(names.get(i), NDArray.of(segments[i], types.get(i).with(shape)));
        }
        return new Batch(inputs, targets);
    }

    /** Returns the batches of an epoch, each made when it is asked for. */
    Iterator<Batch> batches(int wanted) {
        return IntStream.range(0, count()).mapToObj(batch -> read(wanted, batch)).iterator();
    }

    /** Returns arrays for a batch of some examples. */
    MemorySegment[] segments(int size) {
        return types.stream()
                .map(type -> {
                    int elements = type.shape().prepend(size).size();
                    return type.dtype() == DType.INT32
                            ? MemorySegment.ofArray(new int[elements])
                            : MemorySegment.ofArray(new float[elements]);
                })
                .toArray(MemorySegment[]::new);
    }

    /** Returns which of {@link #names} a column is. */
    int indexOf(View column) {
        return List.of(columns).indexOf(column);
    }

    private void read(int from, int size, MemorySegment[] to) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] instanceof View.OfSource column) {
                sourceTo[column.index()] = to[i];
            }
        }
        for (int i = 0; i < size; i++) {
            batchRows[i] = row(from + i);
        }
        if (size > 0) {
            readSource(size);
        }
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] instanceof View.Noise noise) {
                fill(noise, rowSizes[i], from, size, to[i]);
            }
        }
        if (!afterRead.isEmpty()) {
            afterRead.getFirst().run(to, size, i -> table.source().place(row(from + i)));
        }
    }

    private void readSource(int size) {
        try {
            table.source().read(batchRows, size, sourceTo);
        } catch (IOException | RuntimeException e) {
            throw ReadError.told(table.source(), batchRows, size, e);
        }
    }

    private void fill(View.Noise noise, int elements, int from, int size, MemorySegment to) {
        for (int i = 0; i < size; i++) {
            long stream = CounterRandom.bits(noise.seed(), epoch, row(from + i));
            for (int j = 0; j < elements; j++) {
                float value = (float) CounterRandom.normal(noise.seed(), stream, j);
                to.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * elements + j, value);
            }
        }
    }

    private int row(int index) {
        return first < 0 ? arranged[index] : first + index;
    }

    private long bytes(int column, int size) {
        return (long) size * rowSizes[column] * ELEMENT_BYTES;
    }

    private void arrange(int wanted) {
        if (wanted < 0) {
            throw new ShapeException(
                    Problem.ofRule("data: epochs count from 0, not " + wanted)
                            .operand("epoch", wanted));
        }
        if (epoch == wanted) {
            return;
        }
        if (order instanceof RowOrder.AsGiven && rows instanceof Rows.Range range) {
            first = range.first();
        } else {
            if (arranged.length != rows.size()) {
                arranged = new int[rows.size()];
            }
            rows.copy(arranged);
            order.arrange(arranged, wanted);
        }
        epoch = wanted;
    }

    private ShapeException tooShort(int column, int size, MemorySegment to) {
        return new ShapeException(
                Problem.ofRule(
                                "data: "
                                        + names.get(column)
                                        + " takes "
                                        + bytes(column, size)
                                        + " bytes for "
                                        + size
                                        + " examples of "
                                        + types.get(column)
                                        + ", the segment has "
                                        + to.byteSize())
                        .operand(names.get(column), types.get(column)));
    }

    /** Returns what it reads. */
    @Override
    public String toString() {
        return count() + " batches of " + batchSize + " of " + table.text(rows.size());
    }
}
