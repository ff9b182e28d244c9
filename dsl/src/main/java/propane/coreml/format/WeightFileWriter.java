package propane.coreml.format;

import propane.ffm.disk.Disk;
import propane.tensor.NDArray;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Writes a file of weights as {@link WeightFile} reads it. Equal contents are stored once,
 * whichever functions use them, but for those that are to stand by themselves.
 */
public final class WeightFileWriter implements Closeable {
    private final Disk.Output file;
    private final Map<Content, Long> offsets = new HashMap<>();
    private long end = WeightFile.UNIT;
    private int count;

    private record Content(BlobType type, String digest) {}

    /** Starts in an empty file, which is closed with this. */
    public WeightFileWriter(Disk.Output file) throws IOException {
        this.file = file;
        header();
    }

    /** Returns the offset of a blob with an array's elements, which is written if it is new. */
    public long add(NDArray array) throws IOException {
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
    public long addAlone(NDArray array) throws IOException {
        BlobType type = BlobType.of(array.dtype()).orElseThrow();
        long offset = Math.ceilDiv(end, WeightFile.UNIT) * WeightFile.UNIT;
        long data = offset + WeightFile.UNIT;
        long bytes = array.type().bytes();
        var metadata = unit().putInt(WeightFile.SENTINEL).putInt(type.code());
        metadata.putLong(bytes).putLong(data);
        // A gap between blobs holds zeros.
        file.write(metadata.array(), WeightFile.UNIT, offset);
        end = data;
        array.writeTo(
                new OutputStream() {
                    @Override
                    public void write(byte[] bytes, int from, int length) throws IOException {
                        file.write(
                                from == 0 ? bytes : Arrays.copyOfRange(bytes, from, from + length),
                                length,
                                end);
                        end += length;
                    }

                    @Override
                    public void write(int value) throws IOException {
                        write(new byte[] {(byte) value}, 0, 1);
                    }
                });
        count++;
        return offset;
    }

    /** Returns how many blobs there are. */
    public int count() {
        return count;
    }

    /** Completes the header and brings everything to the disk. */
    public void finish() throws IOException {
        header();
        file.sync();
    }

    private void header() throws IOException {
        file.write(unit().putInt(count).putInt(WeightFile.VERSION).array(), WeightFile.UNIT, 0);
    }

    private static ByteBuffer unit() {
        return ByteBuffer.allocate(WeightFile.UNIT).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String digest(NDArray array) throws IOException {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            array.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha));
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
