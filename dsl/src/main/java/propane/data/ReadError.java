package propane.data;

import propane.tensor.DataException;
import propane.tensor.PropaneException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** What a source threw at one row, on its way to who asked for a batch. */
final class ReadError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long row;

    private ReadError(long row, Exception cause) {
        super("row " + row, cause, false, false);
        this.row = row;
    }

    /** Reads examples one by one, so that the one at which it fails is known. */
    static void eachByItself(DataSource source, long[] rows, int count, MemorySegment[] to) {
        var columns = source.columns();
        var one = new MemorySegment[to.length];
        for (int i = 0; i < count; i++) {
            for (int column = 0; column < one.length; column++) {
                long bytes = columns.get(column).type().bytes();
                one[column] = to[column].asSlice(i * bytes, bytes);
            }
            try {
                source.read(rows[i], one);
            } catch (IOException | RuntimeException e) {
                throw new ReadError(rows[i], e);
            }
        }
    }

    /**
     * Returns the error to tell: where the example comes from, and what was thrown.
     *
     * @param rows the rows that were asked for
     * @param count how many
     */
    static DataException told(DataSource source, long[] rows, int count, Exception thrown) {
        boolean isOfOne = thrown instanceof ReadError;
        long row = isOfOne ? ((ReadError) thrown).row : rows[0];
        Throwable cause = isOfOne ? thrown.getCause() : thrown;
        String what = cause instanceof PropaneException own ? own.rule() : cause.toString();
        return new DataException(
                source.place(row)
                        + (isOfOne || count == 1 ? "" : " or another of a batch of " + count)
                        + ": cannot be read: "
                        + what,
                cause);
    }
}
