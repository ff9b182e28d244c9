package propane.data;

import propane.spi.Preconditions;
import propane.tensor.FormatException;
import propane.tensor.TensorType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Where examples come from: what {@link Dataset#from} makes a data set of, without reading any of
 * them. Arrays and files that {@link Dataset} reads itself come through it, too.
 *
 * <p>An example has one value of each column. A batch asks for its examples when it is made, each
 * epoch anew and in the order that shuffling and splits decide; what a source gives is then checked
 * as arrays are: values must be finite (a float32 target may be NaN, which is missing), class
 * numbers and tokens in range. So a row must give the same values whenever it is read.
 *
 * <p><b>Threads.</b> A trainer or predictor reads from one thread at a time, not always from the
 * same one. A source whose data sets are used by several of them at once, or by several threads, is
 * read by these at once and must allow it; one that keeps no state while it reads does.
 *
 * <p><b>Lifetime.</b> Nothing of Propane closes a source. It must stay usable as long as a data set
 * that was made of it, or a part of one, is used. A segment given to {@code read} may be written to
 * until {@code read} returns, and must not be kept.
 *
 * <p><b>Errors.</b> What {@code read} throws ends the training step, evaluation or prediction with
 * a {@link propane.tensor.DataException} that says {@link #place} and has it as its cause; weights
 * and optimizer state are then those after the step before.
 */
public interface DataSource {
    /**
     * Returns where a file or folder is that a program names relatively: in the current folder,
     * else beside the script that runs.
     *
     * @param path its path, absolute or relative
     * @throws FormatException if it is in neither place; names both
     */
    static Path file(Path path) {
        return DataFiles.resolve(path);
    }

    /** Returns the number of examples, at least 0 and below 2³¹ − 8; always the same one. */
    long size();

    /**
     * Returns the columns, at least one input, under different names; always the same ones. It is
     * asked once for each data set, and by {@link #read(long[], int, MemorySegment...)}.
     */
    List<Column> columns();

    /**
     * Reads one example.
     *
     * @param row which one, from 0 to {@link #size} − 1
     * @param to where to write: for each of {@link #columns}, in that order, a segment as long as
     *     one value, {@code column.type().bytes()}. Elements are row-major, in the byte order of
     *     the machine, aligned to 4 bytes. All of them must be written: what lay there before is
     *     another example
     * @throws IOException if it cannot be read
     */
    void read(long row, MemorySegment... to) throws IOException;

    /**
     * Reads the examples of a batch; unless overridden, one after the other by {@link #read(long,
     * MemorySegment...)}. A source may do better: copy neighbours at once, read in the order of a
     * disk, or in threads of its own that have ended when this returns.
     *
     * @param rows which examples, in the order of the batch; in the order of the source unless they
     *     are shuffled
     * @param count how many of {@code rows} there are, at least 1; what lies after them means
     *     nothing
     * @param to for each of {@link #columns} the segment of the whole batch: of values of n bytes
     *     that of {@code rows[i]} goes to the n bytes from {@code i * n} on
     * @throws IOException if one of them cannot be read
     */
    default void read(long[] rows, int count, MemorySegment... to) throws IOException {
        ReadError.eachByItself(this, rows, count, to);
    }

    /**
     * Returns where an example comes from, for errors. Unless overridden, the name of the class and
     * the row: {@code Recordings: example 17}.
     *
     * @param row which one, from 0
     */
    default String place(long row) {
        String name = getClass().getSimpleName();
        return (name.isEmpty() ? "data source" : name) + ": example " + row;
    }

    /**
     * One input or target of all examples. What tells how much an example counts is a target, which
     * {@code sampleWeight(name)} of a training names.
     *
     * @param name its name, by which a model or a loss finds it; where there is one input and one
     *     target, any name will do, such as {@link Dataset#INPUT} and {@link Dataset#TARGET}
     * @param type the type of one value, of float32 or int32: class numbers and tokens are int32
     * @param isTarget whether it is a target, else it is an input
     */
    record Column(String name, TensorType type, boolean isTarget) {
        /** Checks that name and type are there. */
        public Column {
            Preconditions.given("column: name", name);
            Preconditions.given("column: type", type);
        }

        /** Returns an input. */
        public static Column input(String name, TensorType type) {
            return new Column(name, type, false);
        }

        /** Returns a target. */
        public static Column target(String name, TensorType type) {
            return new Column(name, type, true);
        }
    }
}
