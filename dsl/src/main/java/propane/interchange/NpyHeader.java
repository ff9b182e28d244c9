package propane.interchange;

import propane.reading.Bounds;
import propane.safetensors.StoredType;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before the elements of an array in NumPy's own format.
 *
 * @param type the type of an element
 * @param order the order of an element's bytes
 * @param isFortran whether the first axis is the one whose elements lie beside each other
 * @param shape the shape
 * @param begin the byte at which the elements begin
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy's
 *     description</a>
 */
record NpyHeader(StoredType type, ByteOrder order, boolean isFortran, Shape shape, int begin) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    private static final Pattern TEXT =
            Pattern.compile(
                    "\\{'descr': '([<>|=])([a-z]\\d{1,2})', 'fortran_order': (True|False),"
                            + " 'shape': \\(((?:\\d{1,19}, ?)*\\d{0,19}),?\\), ?\\}\\s*");

    private static final Map<String, StoredType> TYPES =
            Map.ofEntries(
                    Map.entry("f2", StoredType.F16),
                    Map.entry("f4", StoredType.F32),
                    Map.entry("f8", StoredType.F64),
                    Map.entry("i1", StoredType.I8),
                    Map.entry("i2", StoredType.I16),
                    Map.entry("i4", StoredType.I32),
                    Map.entry("i8", StoredType.I64),
                    Map.entry("u1", StoredType.U8),
                    Map.entry("u2", StoredType.U16),
                    Map.entry("u4", StoredType.U32),
                    Map.entry("u8", StoredType.U64),
                    Map.entry("b1", StoredType.BOOL));

    /** Returns whether bytes begin as NumPy's arrays do. */
    static boolean isOne(byte[] bytes) {
        return bytes.length >= MAGIC.length
                && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /**
     * Reads the header.
     *
     * @param where the file and the array's name, for errors
     * @throws FormatException if it is none, or of a type that is not read
     */
    static NpyHeader read(byte[] bytes, String where) {
        if (!isOne(bytes) || bytes.length < 12) {
            throw new FormatException(where + ": is no array of NumPy, or cut short");
        }
        int version = bytes[6];
        if (version < 1 || version > 3) {
            throw new FormatException(where + ": is of version " + version + "; 1 to 3 are read");
        }
        int first = version == 1 ? 10 : 12;
        long length = 0;
        for (int i = first - 1; i >= 8; i--) {
            length = length << 8 | Byte.toUnsignedInt(bytes[i]);
        }
        if (length > bytes.length - first) {
            throw new FormatException(
                    where + ": claims a header of " + length + " bytes: cut short");
        }
        String text = new String(bytes, first, (int) length, StandardCharsets.ISO_8859_1);
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new FormatException(
                    where
                            + ": its header is "
                            + Bounds.shown(text.strip())
                            + ", which is not read");
        }
        StoredType type = TYPES.get(parts.group(2));
        if (type == null) {
            throw new FormatException(
                    where
                            + ": has elements of type "
                            + parts.group(2)
                            + "; can be read: "
                            + TYPES.keySet().stream().sorted().toList());
        }
        return new NpyHeader(
                type,
                order(parts.group(1)),
                parts.group(3).equals("True"),
                Bounds.shape(lengths(parts.group(4), where), where),
                first + (int) length);
    }

    private static ByteOrder order(String sign) {
        return switch (sign) {
            case ">" -> ByteOrder.BIG_ENDIAN;
            case "=" -> ByteOrder.nativeOrder();
            default -> ByteOrder.LITTLE_ENDIAN;
        };
    }

    private static List<Long> lengths(String text, String where) {
        var lengths = new ArrayList<Long>();
        for (String each : text.split(",")) {
            if (!each.isBlank()) {
                try {
                    lengths.add(Long.parseLong(each.strip()));
                } catch (NumberFormatException e) {
                    throw new FormatException(where + ": has an axis of length " + each, e);
                }
            }
        }
        return lengths;
    }

    /** Returns for each axis how many elements a step along it is. */
    List<Long> strides() {
        var strides = new ArrayList<>(Collections.nCopies(shape.rank(), 1L));
        long step = 1;
        for (int i = 0; i < shape.rank(); i++) {
            int axis = isFortran ? i : shape.rank() - 1 - i;
            strides.set(axis, step);
            step *= shape.dim(axis);
        }
        return strides;
    }
}
