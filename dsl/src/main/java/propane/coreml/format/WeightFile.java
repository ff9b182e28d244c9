package propane.coreml.format;

import propane.coreml.proto.Mil;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A file of weights, opened for reading: MIL blob storage, version 2. Everything is little-endian
 * and starts at a multiple of 64: the header (count, version), then for each blob its metadata
 * (sentinel, element type, bytes, where the data start) and its data. A blob is named by the offset
 * of its metadata.
 */
public final class WeightFile implements Closeable {
    /** How a program names its weight file. */
    public static final String PLACE = "@model_path/weights/weight.bin";

    /** The unit of the layout; header and metadata take one each. */
    public static final int UNIT = 64;

    /** The version of the layout. */
    public static final int VERSION = 2;

    /** What each blob's metadata start with. */
    public static final int SENTINEL = 0xDEADBEEF;

    private final Path path;
    private final RandomAccessFile file;
    private final long length;
    private final Map<Place, NDArray> arrays = new HashMap<>();
    private final Map<Long, Blob> blobs = new HashMap<>();
    private long taken;

    /** A blob and the type its elements are asked as. */
    private record Place(long offset, BlobType type) {}

    /**
     * What the file says of one blob.
     *
     * @param type the type of the elements
     * @param bytes how many bytes the data have
     * @param data where the data start
     */
    public record Blob(BlobType type, long bytes, long data) {}

    private WeightFile(Path path, RandomAccessFile file) throws IOException {
        this.path = path;
        this.file = file;
        this.length = file.length();
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws FormatException if there is no such file or it is of another kind
     */
    static WeightFile open(Path path) {
        try {
            // Unlike a channel, such a file is not closed when the thread is interrupted.
            var file = new RandomAccessFile(path.toFile(), "r");
            boolean sound = false;
            try {
                var opened = new WeightFile(path, file);
                opened.checkHeader();
                sound = true;
                return opened;
            } finally {
                if (!sound) {
                    file.close();
                }
            }
        } catch (IOException e) {
            throw new FormatException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    private void checkHeader() throws IOException {
        byte[] first = new byte[(int) Math.min(length, OtherFile.LONGEST_MARK)];
        file.seek(0);
        file.readFully(first);
        String other = OtherFile.text(first);
        // An empty one is cut short, as the next check says.
        if (length > 0 && !other.isEmpty()) {
            throw error(other);
        }
        if (length < UNIT) {
            throw error("has " + length + " bytes; the header alone takes 64: cut short");
        }
        int version = unit(0).getInt(4);
        if (version != VERSION) {
            throw error("field \"version\" is " + version + ", can be read: " + VERSION);
        }
    }

    /**
     * Returns what the file says of the blob at an offset.
     *
     * @throws FormatException if there is none, or its data lie outside the file
     */
    public Blob blob(long offset) {
        String where = "blob at " + Long.toUnsignedString(offset) + ": ";
        if (offset < UNIT || offset % UNIT != 0 || offset > length - UNIT) {
            throw error(
                    where
                            + "blobs start at multiples of 64 after the header and within the "
                            + length
                            + " bytes of the file: no blob, or cut short");
        }
        ByteBuffer metadata;
        try {
            metadata = unit(offset);
        } catch (IOException e) {
            throw new FormatException(path, where + e.getMessage(), e);
        }
        if (metadata.getInt(0) != SENTINEL) {
            throw error(where + "the sentinel 0xDEADBEEF is missing");
        }
        int code = metadata.getInt(4);
        BlobType type =
                Arrays.stream(BlobType.values())
                        .filter(candidate -> candidate.code() == code)
                        .findFirst()
                        .orElseThrow(
                                () -> error(where + "there is no element type of code " + code));
        long bytes = metadata.getLong(8);
        long data = metadata.getLong(16);
        if (bytes < 0 || data < offset + UNIT || data > length || bytes > length - data) {
            throw error(
                    where
                            + Long.toUnsignedString(bytes)
                            + " bytes from "
                            + Long.toUnsignedString(data)
                            + " on do not lie in a file of "
                            + length
                            + " bytes: cut short");
        }
        var blob = new Blob(type, bytes, data);
        if (blobs.put(offset, blob) == null) {
            taken += bytes;
        }
        if (taken > length) {
            throw error(where + "lies over others: together they are longer than the file");
        }
        return blob;
    }

    /** Returns how many bytes the file has. */
    public long length() {
        return length;
    }

    /**
     * Returns the array that a blob holds. The same blob is read once, however often it is asked.
     *
     * @param offset where the blob's metadata start
     * @param type what the array must be
     * @throws FormatException if there is no such blob, or it holds something else
     */
    public NDArray array(long offset, TensorType type) {
        BlobType wanted =
                BlobType.of(type.dtype())
                        .orElseThrow(() -> error("no blob holds truth values: asked is " + type));
        Blob blob = blob(offset);
        if (blob.type() != wanted || blob.bytes() != type.bytes()) {
            throw error(
                    "blob at "
                            + offset
                            + " holds "
                            + blob.bytes()
                            + " bytes of "
                            + blob.type()
                            + "; asked for is "
                            + type
                            + " of "
                            + type.bytes()
                            + " bytes");
        }
        return arrays.computeIfAbsent(new Place(offset, wanted), _ -> read(blob, type))
                .reshape(type.shape().toArray());
    }

    /**
     * Returns the bytes of a blob.
     *
     * @param offset where the blob's metadata start
     * @param type what its elements must be
     * @throws FormatException if there is no such blob, or it holds something else
     */
    public byte[] bytes(long offset, Mil.DataType type) {
        Blob blob = blob(offset);
        if (!blob.type().holds(type) || blob.bytes() > Integer.MAX_VALUE - 8) {
            throw error(
                    "blob at "
                            + offset
                            + " holds "
                            + blob.bytes()
                            + " bytes of "
                            + blob.type()
                            + "; asked for is "
                            + MilTypes.name(type));
        }
        byte[] bytes = new byte[(int) blob.bytes()];
        try {
            file.seek(blob.data());
            file.readFully(bytes);
        } catch (IOException e) {
            throw new FormatException(path, "cannot be read: " + e.getMessage(), e);
        }
        return bytes;
    }

    private NDArray read(Blob blob, TensorType type) {
        try {
            file.seek(blob.data());
            return NDArray.readFrom(file, type);
        } catch (EOFException e) {
            throw new FormatException(path, "became shorter while it was read", e);
        } catch (IOException e) {
            throw new FormatException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    private ByteBuffer unit(long offset) throws IOException {
        byte[] unit = new byte[UNIT];
        file.seek(offset);
        file.readFully(unit);
        return ByteBuffer.wrap(unit).order(ByteOrder.LITTLE_ENDIAN);
    }

    private FormatException error(String what) {
        return new FormatException(path, what);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new FormatException(path, "cannot be closed: " + e.getMessage(), e);
        }
    }
}
