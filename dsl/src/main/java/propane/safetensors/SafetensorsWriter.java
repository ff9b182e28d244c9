package propane.safetensors;

import propane.json.Json;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.writing.AtomicFile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Lays arrays out and writes them: the wider elements first, so that each array is aligned to its
 * own elements. The same arrays make the same bytes.
 */
final class SafetensorsWriter {
    private final Safetensors contents;
    private final List<Map.Entry<String, NDArray>> byPlace;

    SafetensorsWriter(Safetensors contents) {
        this.contents = contents;
        this.byPlace = new ArrayList<>(contents.arrays().entrySet());
        // The sort is stable: arrays of one width stay in the order given.
        byPlace.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
    }

    void write(Path file) {
        String checksum = checksum();
        AtomicFile.write(file, bytes(), out -> writeTo(out, checksum));
    }

    /** Returns the bytes of the file that {@link #write} would make. */
    byte[] inMemory() {
        if (bytes() > Bounds.MOST_ELEMENTS) {
            throw new FormatException(
                    "safetensors: " + bytes() + " bytes are more than one array of Java can hold");
        }
        var out = new ByteArrayOutputStream((int) bytes());
        try {
            writeTo(out, checksum());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private String checksum() {
        var crc = new CRC32C();
        try {
            writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), crc), Checksum.BLANK);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Checksum.text(crc.getValue());
    }

    private long bytes() {
        return header(Checksum.BLANK).length + dataBytes();
    }

    private long dataBytes() {
        return contents.arrays().values().stream().mapToLong(array -> array.type().bytes()).sum();
    }

    private void writeTo(OutputStream out, String checksum) throws IOException {
        out.write(header(checksum));
        for (Map.Entry<String, NDArray> entry : byPlace) {
            entry.getValue().writeTo(out);
        }
    }

    private byte[] header(String checksum) {
        var metadata = Json.object();
        for (Map.Entry<String, String> text : contents.metadata().entrySet()) {
            metadata = metadata.with(text.getKey(), text.getValue());
        }
        var offsets = new HashMap<String, Long>();
        long at = 0;
        for (Map.Entry<String, NDArray> entry : byPlace) {
            offsets.put(entry.getKey(), at);
            at += entry.getValue().type().bytes();
        }
        var members = new LinkedHashMap<String, Json>();
        members.put(SafetensorsHeader.METADATA, metadata.with(Checksum.KEY, checksum));
        contents.arrays()
                .forEach((name, array) -> {
                    long begin = offsets.get(name);
                    members.put(name, entry(array, begin));
                });
        String text = new Json.Members(members).text();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int padded = (utf8.length + 7) / 8 * 8;
        if (padded > SafetensorsHeader.MAX_BYTES) {
            throw new FormatException(
                    "safetensors: the header would take "
                            + padded
                            + " bytes; no reader takes more than "
                            + SafetensorsHeader.MAX_BYTES);
        }
        var header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(utf8);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static Json entry(NDArray array, long begin) {
        long end = begin + array.type().bytes();
        return Json.object()
                .with("dtype", StoredType.of(array.dtype()).name())
                .with("shape", Json.array(array.shape().dims()))
                .with("data_offsets", Json.array(Json.of(begin), Json.of(end)));
    }
}
