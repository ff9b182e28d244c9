package stranger;

import propane.data.DataSource;
import propane.data.Dataset;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * A user's source, outside Propane's packages: rows of float32 numbers in a file that is mapped
 * into memory; all but the last of a row are the input, the last is the target.
 *
 * @param file the mapped file
 * @param width the number of numbers of a row
 */
public record FloatRows(MemorySegment file, int width) implements DataSource {
    /** Maps a file until an arena is closed. */
    public static FloatRows map(Path path, int width, Arena arena) throws IOException {
        try (var channel = FileChannel.open(path)) {
            var all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new FloatRows(all, width);
        }
    }

    @Override
    public long size() {
        return file.byteSize() / (4L * width);
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.input(Dataset.INPUT, TensorType.float32(Shape.shape(width - 1))),
                Column.target(Dataset.TARGET, TensorType.float32(Shape.shape(1))));
    }

    @Override
    public void read(long row, MemorySegment... to) {
        long start = row * width * 4L;
        long bytes = to[0].byteSize();
        to[0].copyFrom(file.asSlice(start, bytes));
        to[1].copyFrom(file.asSlice(start + bytes, to[1].byteSize()));
    }
}
