package propane.safetensors;

import propane.tensor.FormatException;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The checksum that files written here carry in their header: CRC-32C of the whole file, taken with
 * eight zeros in its own place.
 */
final class Checksum {
    static final String KEY = "crc32c";
    static final String BLANK = "00000000";

    /** What stands for a file of another writer, which claims nothing. */
    static final String NONE = "";

    private Checksum() {}

    static String text(long crc) {
        return String.format(Locale.ROOT, "%08x", crc);
    }

    /** Returns the checksum a header claims, which one with a format of ours must. */
    static String claimed(Map<String, String> metadata, String file) {
        String claimed = metadata.getOrDefault(KEY, NONE);
        if (claimed.equals(NONE) && metadata.getOrDefault("format", "").startsWith("propane.")) {
            throw new FormatException(
                    file, "field " + SafetensorsHeader.METADATA + '.' + KEY + " is missing");
        }
        return claimed;
    }

    /** Adds a header to a checksum, with zeros where the claimed one stands. */
    static void update(CRC32C crc, byte[] header, String claimed) {
        byte[] blank = header;
        if (!claimed.equals(NONE)) {
            // One char a byte, so that an index of the text is one of the bytes.
            String text = new String(header, StandardCharsets.ISO_8859_1);
            String before = '"' + KEY + "\":\"";
            int at = text.indexOf(before + claimed + '"') + before.length();
            if (at >= before.length() && claimed.length() == BLANK.length()) {
                blank = header.clone();
                for (int i = 0; i < BLANK.length(); i++) {
                    blank[at + i] = (byte) BLANK.charAt(i);
                }
            }
        }
        crc.update(blank);
    }

    static void require(CRC32C crc, String claimed, String file) {
        if (!claimed.equals(NONE) && !claimed.equals(text(crc.getValue()))) {
            throw new FormatException(
                    file,
                    "field "
                            + SafetensorsHeader.METADATA
                            + '.'
                            + KEY
                            + " is "
                            + claimed
                            + ", but the contents sum up to "
                            + text(crc.getValue())
                            + ": the file is damaged, or another program changed it and kept the"
                            + " old checksum; then that entry must go");
        }
    }
}
