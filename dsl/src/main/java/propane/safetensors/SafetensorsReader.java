package propane.safetensors;

import propane.reading.Border;
import propane.tensor.FormatException;
import propane.tensor.NDArray;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads a file from front to back through one small buffer. */
final class SafetensorsReader {
    private static final int CHUNK = 1 << 16;

    private final String file;
    private final InputStream in;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    private SafetensorsReader(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    static Safetensors read(Path path) {
        String file = path.toString();
        return Border.read(file, () -> opened(path, file));
    }

    static Safetensors read(byte[] bytes, String where) {
        return Border.read(
                where,
                () -> {
                    try {
                        var in = new ByteArrayInputStream(bytes);
                        return new SafetensorsReader(where, in).read(bytes.length);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static Safetensors opened(Path path, String file) {
        Border.requireNoPipe(path);
        // A stream is not closed by an interrupt, as a channel would be.
        try (InputStream in = Files.newInputStream(path)) {
            return new SafetensorsReader(file, in).read(Files.size(path));
        } catch (NoSuchFileException e) {
            throw new FormatException(file, "there is no such file", e);
        } catch (EOFException e) {
            throw new FormatException(file, "became shorter while it was read", e);
        } catch (IOException e) {
            throw new FormatException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private Safetensors read(long fileBytes) throws IOException {
        if (fileBytes < Long.BYTES) {
            throw new FormatException(
                    file,
                    "has "
                            + fileBytes
                            + " bytes; the field \"header length\" alone takes 8: no safetensors"
                            + " file, or cut short");
        }
        fill(Long.BYTES);
        long length = buffer.getLong();
        long most = Math.min(SafetensorsHeader.MAX_BYTES, fileBytes - Long.BYTES);
        if (length < 0 || length > most) {
            throw new FormatException(
                    file,
                    "field \"header length\" is "
                            + Long.toUnsignedString(length)
                            + " and may be at most "
                            + most
                            + " in a file of "
                            + fileBytes
                            + " bytes: no safetensors file, or cut short");
        }
        byte[] header = in.readNBytes((int) length);
        if (header.length < length) {
            throw new EOFException();
        }
        var checked = SafetensorsHeader.parse(header, fileBytes - Long.BYTES - length, file);
        String claimed = Checksum.claimed(checked.metadata(), file);
        Checksum.update(crc, header, claimed);
        var contents = arrays(checked);
        Checksum.require(crc, claimed, file);
        return contents;
    }

    private Safetensors arrays(SafetensorsHeader header) throws IOException {
        var byPlace = new ArrayList<>(header.entries());
        byPlace.sort(
                Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                        .thenComparingLong(SafetensorsHeader.Entry::end));
        var read = new HashMap<String, NDArray>();
        for (SafetensorsHeader.Entry entry : byPlace) {
            read.put(entry.name(), array(entry));
        }
        Map<String, NDArray> ordered = new LinkedHashMap<>();
        header.entries().forEach(entry -> ordered.put(entry.name(), read.get(entry.name())));
        var metadata = new LinkedHashMap<>(header.metadata());
        metadata.remove(Checksum.KEY);
        return new Safetensors(metadata, ordered);
    }

    private NDArray array(SafetensorsHeader.Entry entry) throws IOException {
        String where = file + ": array " + entry.name();
        return entry.type().read(entry.shape(), i -> left(i, entry), where);
    }

    /** Returns the buffer at element {@code i}, filled again where it was used up. */
    private ByteBuffer left(int i, SafetensorsHeader.Entry entry) throws IOException {
        if (i == 0 || !buffer.hasRemaining()) {
            long rest = entry.bytes() - (long) i * entry.type().bytes();
            fill((int) Math.min(CHUNK, rest));
        }
        return buffer;
    }

    private void fill(int bytes) throws IOException {
        if (in.readNBytes(buffer.array(), 0, bytes) < bytes) {
            throw new EOFException();
        }
        crc.update(buffer.array(), 0, bytes);
        buffer.position(0).limit(bytes);
    }
}
