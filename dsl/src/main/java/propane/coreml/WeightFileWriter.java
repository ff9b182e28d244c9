package propane.coreml;

import propane.tensor.NDArray;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Writes a file of weights as {@link WeightFile} reads it. Equal contents are stored once,
 * whichever functions use them, but for those that are to stand by themselves.
 */
final class WeightFileWriter implements Closeable {
    private final RandomAccessFile file;
    private final Map<Content, Long> offsets = new HashMap<>();
    private long end = WeightFile.UNIT;
    private int count;

    private record Content(BlobType type, String digest) {}

    /** Starts a file, or empties one that exists. */
    WeightFileWriter(Path path) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(0);
        header();
    }

    /** Returns the offset of a blob with an array's elements, which is written if it is new. */
    long add(NDArray array) throws IOException {
        BlobType type = BlobType.of(array.dtype()).orElseThrow();
        var content = new Content(type, digest(array));
        Long known = offsets.get(content);
        if (known != null) {
            return known;
        }
        long offset = addAlone(array);
        offsets.put(content, offset);
        return offset;
    }

    /** Returns the offset of a new blob with an array's elements, which nothing else will use. */
    long addAlone(NDArray array) throws IOException {
        BlobType type = BlobType.of(array.dtype()).orElseThrow();
        long offset = Math.ceilDiv(end, WeightFile.UNIT) * WeightFile.UNIT;
        long data = offset + WeightFile.UNIT;
        long bytes = array.type().bytes();
        var metadata = unit().putInt(WeightFile.SENTINEL).putInt(type.code());
        metadata.putLong(bytes).putLong(data);
        // Seeking past the end leaves zeros between the blobs.
        file.seek(offset);
        file.write(metadata.array());
        Elements.write(array, (piece, count) -> file.write(piece, 0, count));
        end = data + bytes;
        count++;
        return offset;
    }

    /** Returns how many blobs there are. */
    int count() {
        return count;
    }

    /** Completes the header and brings everything to the disk. */
    void finish() throws IOException {
        header();
        file.getFD().sync();
    }

    private void header() throws IOException {
        file.seek(0);
        file.write(unit().putInt(count).putInt(WeightFile.VERSION).array());
    }

    private static ByteBuffer unit() {
        return ByteBuffer.allocate(WeightFile.UNIT).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String digest(NDArray array) throws IOException {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            Elements.write(array, (piece, count) -> sha.update(piece, 0, count));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
