package propane.safetensors;

import propane.json.JsonField;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checked header: every entry lies inside the data, and together they fill it.
 *
 * @param metadata the texts
 * @param entries the arrays in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
    static final String METADATA = "__metadata__";

    /** The largest header that the format's own library reads. */
    static final int MAX_BYTES = 100_000_000;

    /**
     * One array.
     *
     * @param name its name
     * @param type its element type in the file
     * @param shape its shape
     * @param begin its first byte, counted from the end of the header
     */
    record Entry(String name, StoredType type, Shape shape, long begin) {
        long bytes() {
            return (long) shape.size() * type.bytes();
        }

        long end() {
            return begin + bytes();
        }
    }

    static SafetensorsHeader parse(byte[] utf8, long dataBytes, String file) {
        String origin = file + ": header";
        if (utf8.length == 0 || utf8[0] != '{') {
            throw new FormatException(origin, "must begin with '{'");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(origin, "is not UTF-8", e);
        }
        var metadata = new LinkedHashMap<String, String>();
        var entries = new ArrayList<Entry>();
        for (var member : JsonField.parse(text, origin).members().entrySet()) {
            if (member.getKey().equals(METADATA)) {
                member.getValue().members().forEach((key, v) -> metadata.put(key, v.string()));
            } else {
                entries.add(entry(member.getKey(), member.getValue(), dataBytes));
            }
        }
        requireNoHoles(entries, dataBytes, origin);
        return new SafetensorsHeader(metadata, entries);
    }

    private static Entry entry(String name, JsonField field, long dataBytes) {
        StoredType type = StoredType.of(field.at("dtype"));
        Shape shape = field.at("shape").shape();
        long bytes = (long) shape.size() * type.bytes();
        JsonField offsets = field.at("data_offsets");
        List<JsonField> two = offsets.items();
        if (two.size() != 2) {
            throw offsets.error("must hold two numbers, holds " + two.size());
        }
        long begin = two.get(0).whole();
        long end = two.get(1).whole();
        if (begin < 0 || end < begin || end > dataBytes) {
            throw offsets.error(
                    "must lie in order within the "
                            + dataBytes
                            + " bytes of data, is ["
                            + begin
                            + ','
                            + end
                            + ']');
        }
        if (end - begin != bytes) {
            throw offsets.error(
                    "spans "
                            + (end - begin)
                            + " bytes, but "
                            + type
                            + " of shape "
                            + shape
                            + " takes "
                            + bytes);
        }
        return new Entry(name, type, shape, begin);
    }

    private static void requireNoHoles(List<Entry> entries, long dataBytes, String origin) {
        var byPlace = new ArrayList<>(entries);
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long at = 0;
        for (Entry entry : byPlace) {
            if (entry.begin() != at) {
                throw new FormatException(
                        origin,
                        "field "
                                + Bounds.shown(entry.name())
                                + ".data_offsets begins at "
                                + entry.begin()
                                + (entry.begin() < at
                                        ? ", inside another array, which ends at "
                                        : " and leaves a hole after ")
                                + at);
            }
            at = entry.end();
        }
        if (at != dataBytes) {
            throw new FormatException(
                    origin, "its arrays end at byte " + at + " of " + dataBytes + " of data");
        }
    }
}
